// A campaign on its way: one element, one dict. Texts arrive translated in `words`, with the page alone;
// numbers in `data`, with each update.
const TICKS = {
  meant: "M4 6h16M4 12h16M4 18h9",
  queued: "M12 6v6l4 2M12 3a9 9 0 1 0 0 18a9 9 0 0 0 0-18",
  sending: "M3 11.5L21 3l-6 18l-4-7.5zM11 13.5L21 3",
  accepted: "M5 12.5l4.5 4.5L19 7",
  delivered: "M2 12.5l4.5 4.5L16 7M11 16.4l.6.6L21 7",
  read: "M2 12.5l4.5 4.5L16 7M11 16.4l.6.6L21 7",
  replied: "M10 6L4 12l6 6M4 12h10a6 6 0 0 1 6 6v1",
  failed: "M6 6l12 12M18 6L6 18",
  unconfirmed: "M9 9a3 3 0 1 1 4.2 2.8c-.8.4-1.2 1-1.2 2.2M12 18v.2",
  skipped: "M5 12h14",
};

const LISTENED_MS = 4000; // a sentence of a screen reader

const Tick = {
  props: { of: String },
  data: () => ({ TICKS }),
  template: `<svg :class="['lp-tick', 'lp-' + of]" viewBox="0 0 24 24" aria-hidden="true"><path :d="TICKS[of]"/></svg>`,
};

export default {
  components: { Tick },
  props: { words: Object, data: Object },
  data() {
    return { say: this.words, left: 0, told: "" };
  },
  computed: {
    // Whom it is about: those who were left out from the start are not part of the way.
    base() {
      return Math.max(1, this.data.base);
    },
    parts() {
      const d = this.data;
      return [
        ["read", d.read],
        ["delivered", d.delivered - d.read],
        ["accepted", d.accepted - d.delivered],
        ["unconfirmed", d.unconfirmed],
        ["failed", d.failed],
      ].filter(([, n]) => n > 0);
    },
    // Each step with what it is a share of: the queue of everybody, the sent of the queue, the others of the sent.
    steps() {
      const d = this.data;
      return [["meant", 0], ["accepted", this.base], ...["delivered", "read", "replied"].map((key) => [key, d.accepted])];
    },
    rest() {
      const open = this.data.over ? [] : ["queued", "sending"];
      return [...open, "failed", "unconfirmed", "skipped"];
    },
    why() {
      const why = this.data.why;
      if (!why) return "";
      if (why.wait_s == null) return why.text;
      return this.left > 0 ? why.text.replace("{seconds}", this.group(this.left)) : this.say.soon;
    },
  },
  watch: {
    data: {
      immediate: true,
      handler(now) {
        this.left = now.why?.wait_s ?? 0;
        this.tell(now);
      },
    },
  },
  mounted() {
    this.clock = setInterval(() => (this.left = Math.max(0, this.left - 1)), 1000);
  },
  unmounted() {
    clearInterval(this.clock);
    clearTimeout(this.listening);
  },
  methods: {
    group(n) {
      return n.toLocaleString("en-IN");
    },
    width(n, of) {
      return { width: (of > 0 ? Math.min(100, (100 * n) / of) : 0).toFixed(2) + "%" };
    },
    share(n, of) {
      if (!of) return "";
      const share = (100 * n) / of;
      if (share > 0 && share < 1) return "<1 %";
      return (share > 99 && share < 100 ? 99 : Math.round(share)) + " %";
    },
    // Said aloud at each tenth of the way and at each change of status, not at each message; and never before
    // the last word has been listened to.
    tell(now) {
      const step = now.status + Math.floor((10 * now.done) / this.base);
      if (step === this.lastStep) return;
      this.lastStep = step;
      this.news = `${now.chip}. ${now.headline}`;
      if (!this.listening) this.speak();
    },
    speak() {
      this.told = this.news;
      this.listening = setTimeout(() => {
        this.listening = null;
        if (this.news !== this.told) this.speak();
      }, LISTENED_MS);
    },
  },
  template: `
<div :class="['lp', { 'lp-live': !data.over }]">
  <section class="lp-card lp-way">
    <div class="lp-top">
      <span :class="['lp-chip', 'lp-is-' + data.status]"><i></i>{{ data.chip }}</span>
      <span class="lp-percent">{{ share(data.over ? data.accepted : data.done, base) }}</span>
    </div>
    <p class="lp-headline">{{ data.headline }}</p>
    <div class="lp-bar" role="progressbar" :aria-label="say.bar" :aria-valuenow="data.done" aria-valuemin="0"
         :aria-valuemax="base">
      <i v-for="[key, n] in parts" :key="key" :class="'lp-fill-' + key" :style="width(n, base)"></i>
    </div>
    <div class="lp-foot">
      <p v-if="data.flow" class="lp-flow">{{ data.flow }}</p>
      <p v-if="why" :class="['lp-why', { 'lp-trouble': data.why.trouble }]">{{ why }}</p>
      <p class="lp-hidden" role="status" aria-live="polite">{{ told }}</p>
    </div>
    <slot></slot>
  </section>

  <section class="lp-card lp-steps">
    <h2>{{ say.funnel }}</h2>
    <a v-for="[key, of] in steps" :key="key" class="lp-step" :href="say.people + (key === 'meant' ? data.meant_is : key)">
      <Tick :of="key"/>
      <span class="lp-label">{{ say[key] }}<small>{{ say[key + '_means'] }}</small></span>
      <span class="lp-number"><b>{{ group(data[key]) }}</b><small>{{ share(data[key], of) }}</small></span>
      <span class="lp-track"><i :class="'lp-fill-' + key" :style="width(data[key], of || base)"></i></span>
    </a>
    <p class="lp-note">{{ say.cumulative }}</p>
  </section>

  <section class="lp-card lp-rest">
    <a v-for="key in rest" :key="key" :class="['lp-cell', 'lp-of-' + key, { 'lp-zero': !data[key] }]" :href="say.people + key">
      <Tick :of="key"/><b>{{ group(data[key]) }}</b><span>{{ say[key] }}</span>
    </a>
  </section>

  <section class="lp-card lp-stream" v-if="data.latest.length">
    <h2>{{ say.latest }}</h2>
    <ul class="lp-latest">
      <li v-for="one in data.latest" :key="one.id + one.standing">
        <Tick :of="one.standing"/>
        <span class="lp-name">{{ one.name }}</span>
        <span class="lp-what">{{ say[one.standing] }}<small>{{ one.at }}</small></span>
      </li>
    </ul>
  </section>
</div>`,
};
