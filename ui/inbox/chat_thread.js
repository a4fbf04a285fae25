// One conversation, oldest first. The text comes as safe HTML (services/templates/formatting.py).
export default {
  props: { words: Object, said: Array },
  emits: ["again"],
  mounted() { this.down(); },
  watch: {
    said(now, before) {
      const near = document.body.scrollHeight - window.scrollY - window.innerHeight < 200;
      if (near && now.length !== before.length) this.down();
    },
  },
  methods: {
    down() { if (!this.words.earlier) this.$nextTick(() => window.scrollTo(0, document.body.scrollHeight)); },
  },
  template: `
<ol class="ch">
  <li v-for="one in said" :key="one.key" :class="{ 'ch-ours': one.ours }">
    <span v-if="one.from" class="ch-from"><a v-if="one.link" :href="one.link">{{ one.from }}</a><template v-else>{{ one.from }}</template></span>
    <span class="ch-bubble" v-html="one.html"></span>
    <span :class="['ch-note', one.tone]"><span class="numbers">{{ one.when }}</span><span v-if="one.note">{{ one.note }}</span>
      <button v-if="one.again" type="button" class="ch-again" @click="$emit('again', one.again)">{{ words.again }}</button></span>
  </li>
</ol>`,
};
