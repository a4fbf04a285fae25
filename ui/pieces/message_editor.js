// One text per language: typed, filled with blanks by a tap, counted as people count. Everything that a
// finger does is answered here; the server hears of it a moment later ("typed").
const BLANK = /\{([^{}|\n]*)(?:\|([^{}\n]*))?\}/g;
const key = (name) => name.normalize("NFC").toLowerCase().split(/\s+/).filter(Boolean).join(" ");

export default {
  props: { words: Object, languages: Array, blanks: Array, texts: Object, version: Number, start: String, most: Number },
  emits: ["typed", "language"],
  template: `
<div class="me">
  <div class="me-tabs" role="tablist" :aria-label="words.languages">
    <button v-for="one in languages" :key="one.code" type="button" role="tab" :id="tab(one.code)" :lang="one.code"
            :aria-selected="one.code === now ? 'true' : 'false'" :aria-controls="panel" @click="choose(one.code)">
      {{ one.name }}<i v-if="has(one.code)" class="material-icons" aria-hidden="true">check_circle</i>
      <span v-if="has(one.code)" class="me-hidden">{{ words.written }}</span>
    </button>
  </div>
  <div role="tabpanel" :id="panel" :aria-labelledby="tab(now)">
    <div class="me-field">
    <div class="me-back" aria-hidden="true"><template v-for="part in parts"><mark v-if="part.blank">{{ part.text }}</mark><template v-else>{{ part.text }}</template></template><br></div>
    <textarea ref="box" class="me-box" rows="6" :lang="now" :aria-label="words.text + ' (' + nameOf(now) + ')'"
              :placeholder="words.placeholder" v-model="mine[now]" @input="soon" @blur="tell"></textarea>
    </div>
    <div class="me-count" :class="{'me-over': count > most}" aria-hidden="true">{{ count.toLocaleString("en-IN") }} / {{ most.toLocaleString("en-IN") }}</div>
    <div class="me-row">
      <span class="me-hint">{{ words.insert }}</span>
      <button v-for="one in blanks" :key="one.key" type="button" class="me-chip" @click="insert(one)"
              :aria-label="words.insert + ' ' + one.label"><i class="material-icons" aria-hidden="true">add</i>{{ one.label }}</button>
      <button v-for="one in looks" :key="one.mark" type="button" class="me-chip me-look" @click="wrap(one.mark)"
              :aria-label="words[one.word]"><component :is="one.tag">{{ one.letter }}</component></button>
    </div>
    <label v-for="one in used" :key="one" class="me-fallback">
      <span>{{ words.without.replace("{blank}", labelOf(one)) }}</span>
      <input type="text" autocomplete="off" :lang="now" :value="fallbacks[one] ?? ''" :placeholder="words.nothing"
             maxlength="60" @change="mend(one, $event.target.value)">
    </label>
  </div>
</div>`,
  data() {
    return {
      mine: { ...this.texts },
      now: this.start,
      panel: "me-panel-" + Math.random().toString(36).slice(2),
      looks: [
        { mark: "*", letter: "B", tag: "b", word: "bold" },
        { mark: "_", letter: "I", tag: "i", word: "italic" },
        { mark: "~", letter: "S", tag: "s", word: "struck" },
      ],
    };
  },
  computed: {
    text() { return this.mine[this.now] || ""; },
    count() {
      const text = this.text;
      if (!Intl.Segmenter) return [...text].length;
      let count = 0;
      for (const _ of new Intl.Segmenter(this.now, { granularity: "grapheme" }).segment(text)) count += 1;
      return count;
    },
    // The text in pieces: what is a blank lies on colour, behind the letters that are typed.
    parts() {
      const found = [];
      let end = 0;
      for (const blank of this.text.matchAll(BLANK)) {
        found.push({ text: this.text.slice(end, blank.index) }, { text: blank[0], blank: true });
        end = blank.index + blank[0].length;
      }
      return [...found, { text: this.text.slice(end) }];
    },
    fallbacks() {
      const found = {};
      for (const [, name, fallback] of this.text.matchAll(BLANK)) {
        const one = this.meant(name);
        if (one && found[one] === undefined) found[one] = fallback === undefined ? null : fallback.trim();
      }
      return found;
    },
    used() { return Object.keys(this.fallbacks); },
  },
  watch: {
    version() { this.mine = { ...this.texts }; }, // the server put other texts in: a template
  },
  mounted() {
    const before = window.keepTyped?.("texts", () => (this.touched ? this.mine : null));
    for (const { code } of before ? this.languages : []) {
      if ((before[code] || "") === (this.mine[code] || "")) continue;
      this.mine[code] = before[code] || "";
      this.touched = true;
      this.$emit("typed", { language: code, text: this.mine[code] });
    }
    if (this.touched) this.$emit("typed", { language: this.now, text: this.text }); // the last one told is the one that is shown
  },
  beforeUnmount() { this.tell(); },
  methods: {
    tab(code) { return this.panel + "-" + code; },
    has(code) { return !!(this.mine[code] || "").trim(); },
    nameOf(code) { return this.languages.find((one) => one.code === code).name; },
    labelOf(one) { return this.blanks.find((blank) => blank.key === one)?.label || one; },
    meant(name) { const one = key(name); return ["नाम", "नाव", "naam", "nav"].includes(one) ? "name" : one; },
    choose(code) {
      this.tell();
      this.now = code;
      this.$emit("language", code);
    },
    soon() {
      this.touched = true;
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.tell(), 350);
    },
    tell() {
      clearTimeout(this.timer);
      const typed = this.mine[this.now] || "";
      if (typed === this.told?.[this.now]) return;
      this.told = { ...this.told, [this.now]: typed };
      this.touched = true;
      this.$emit("typed", { language: this.now, text: typed });
    },
    replace(text, from, to) {
      this.mine[this.now] = text;
      this.$nextTick(() => {
        this.$refs.box.focus();
        this.$refs.box.setSelectionRange(from, to);
      });
      this.soon();
    },
    insert(one) {
      const { selectionStart: from, selectionEnd: to } = this.$refs.box;
      const fallback = one.fallbacks?.[this.now];
      const blank = fallback ? `{${one.key}|${fallback}}` : `{${one.key}}`;
      const before = this.text.slice(0, from);
      const gap = before && !/\s$/.test(before) ? " " : "";
      const at = from + gap.length + blank.length;
      this.replace(before + gap + blank + this.text.slice(to), at, at);
    },
    wrap(mark) {
      const { selectionStart: from, selectionEnd: to } = this.$refs.box;
      const inside = this.text.slice(from, to);
      this.replace(this.text.slice(0, from) + mark + inside + mark + this.text.slice(to), from + 1, to + 1);
    },
    mend(one, fallback) {
      const kept = fallback.replace(/[{}|\n]/g, "").trim();
      this.mine[this.now] = this.text.replace(BLANK, (whole, name) =>
        this.meant(name) !== one ? whole : kept ? `{${name.trim()}|${kept}}` : `{${name.trim()}}`);
      this.tell();
    },
  },
};
