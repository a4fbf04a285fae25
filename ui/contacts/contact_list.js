// Contacts, one line each, with a box to pick them: light enough for a cheap phone.
export default {
  props: { words: Object, people: Array, picked: Array },
  emits: ["pick"],
  template: `
<ul class="cl">
  <li v-for="one in people" :key="one.id" :class="{ 'cl-picked': picked.includes(one.id) }">
    <label class="cl-box">
      <input type="checkbox" :checked="picked.includes(one.id)" :aria-label="words.pick + ': ' + one.name"
             @change="$emit('pick', [one.id, $event.target.checked])">
    </label>
    <a class="cl-who" :href="'/contacts/' + one.id">
      <b>{{ one.name }}</b>
      <small v-if="one.phone !== one.name" class="numbers">{{ one.phone }}</small>
      <span v-if="one.tags.length" class="cl-tags"><span v-for="tag in one.tags" :key="tag">{{ tag }}</span></span>
    </a>
    <span :class="['chip', one.tone]"><i class="material-icons" aria-hidden="true">{{ one.icon }}</i><span>{{ one.consent }}</span></span>
  </li>
</ul>`,
};
