// People who wrote, one line each, the latest first: light enough for a cheap phone.
export default {
  props: { words: Object, people: Array },
  template: `
<ul class="in-list">
  <li v-for="one in people" :key="one.id" :class="{ 'in-new': one.unread }">
    <a :href="'/inbox/' + one.id">
      <span class="in-who"><b>{{ one.name }}</b><small class="numbers">{{ one.when }}</small></span>
      <span class="in-text"><span>{{ one.text }}</span>
        <span v-if="one.unread" class="in-count numbers" :aria-label="words.unread + ': ' + one.unread">{{ one.unread }}</span></span>
      <span v-if="one.mark" class="in-marks"><span :class="['chip', one.tone]">
        <i class="material-icons" aria-hidden="true">{{ one.icon }}</i><span>{{ one.mark }}</span></span></span>
    </a>
  </li>
</ul>`,
};
