// People of a campaign, one line each: light enough for a page of fifty on a cheap phone.
export default {
  props: { words: Object, people: Array },
  emits: ["again"],
  template: `
<ul class="pl">
  <li v-for="one in people" :key="one.id">
    <span class="pl-who"><b>{{ one.name }}</b><small v-if="one.name !== one.phone">{{ one.phone }}</small></span>
    <span :class="['chip', one.tone]">{{ one.standing }}</span>
    <span v-if="one.why" class="pl-why">{{ one.why }}</span>
    <a v-if="one.chat" class="pl-reply" :href="'/inbox/' + one.chat">“{{ one.replied }}”</a>
    <span v-if="one.times" class="pl-times">{{ one.times }}</span>
    <button v-if="one.again" type="button" class="pl-again" :aria-label="words.again + ': ' + one.name"
            @click="$emit('again', one.id)">{{ words.again }}</button>
  </li>
</ul>`,
};
