// Eight characters to type into a phone, and a button that copies them.
export default {
  props: { letters: String, copy: String, copied: String },
  data() {
    return { done: false };
  },
  methods: {
    async take() {
      const text = this.letters.replace("-", "");
      try {
        await navigator.clipboard.writeText(text);
      } catch {
        // without https there is no clipboard: the old way
        const area = Object.assign(document.createElement("textarea"), { value: text });
        document.body.append(area);
        area.select();
        document.execCommand("copy");
        area.remove();
      }
      this.done = true;
      setTimeout(() => (this.done = false), 3000);
    },
  },
  template: `
    <div class="letters">
      <div class="letters-shown" dir="ltr" role="img" :aria-label="letters.split('').join(' ')">
        <span v-for="(letter, n) in letters.replace('-', '')" :key="n" :class="{gap: n === 4}" aria-hidden="true">{{ letter }}</span>
      </div>
      <q-btn outline :icon="done ? 'check' : 'content_copy'" :label="done ? copied : copy" @click="take" data-mark="copy"/>
    </div>`,
};
