// How long something is still good for: told once, counted here.
export default {
  props: { seconds: Number, words: String, key2: String },
  data() {
    return { left: 0 };
  },
  watch: {
    key2: {
      immediate: true,
      handler() {
        this.until = performance.now() + this.seconds * 1000;
        this.tick();
      },
    },
  },
  computed: {
    told() {
      const s = Math.max(0, Math.ceil(this.left));
      return this.words.replace("{time}", `${Math.floor(s / 60)}:${String(s % 60).padStart(2, "0")}`);
    },
    share() {
      return this.seconds > 0 ? Math.max(0, Math.min(100, (100 * this.left) / this.seconds)) : 0;
    },
  },
  methods: {
    tick() {
      this.left = (this.until - performance.now()) / 1000;
    },
  },
  mounted() {
    this.timer = setInterval(() => this.tick(), 500);
  },
  unmounted() {
    clearInterval(this.timer);
  },
  template: `
    <div class="countdown">
      <div class="countdown-bar" aria-hidden="true"><div :style="{width: share + '%'}"></div></div>
      <div class="soft small numbers" role="timer">{{ told }}</div>
    </div>`,
};
