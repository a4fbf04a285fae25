// Being told while no page is open. The browser asks for leave only after a tap here.
const bytes = (name) => Uint8Array.from(atob(name.replace(/-/g, "+").replace(/_/g, "/")), (one) => one.charCodeAt(0));
const ask = (method, body) =>
  fetch("/notices/subscription", { method, body: JSON.stringify(body), headers: { "Content-Type": "application/json", Accept: "application/json" } });

export default {
  props: { words: Object, name: String },
  data: () => ({ state: "looking", problem: "", busy: false }),
  template: `
<div class="ps">
  <p class="soft">{{ words[state] || words.about }}</p>
  <button v-if="state === 'on' || state === 'off'" type="button" role="switch" class="ps-button" :aria-checked="state === 'on' ? 'true' : 'false'"
          :disabled="busy" @click="turn"><i class="material-icons" aria-hidden="true">notifications</i><span>{{ words.label }}</span><b aria-hidden="true"></b></button>
  <p v-if="problem" role="alert" class="ps-problem">{{ problem }}</p>
</div>`,
  async mounted() {
    if (!("serviceWorker" in navigator) || !("PushManager" in window) || !("Notification" in window)) {
      const apple = /iphone|ipad/i.test(navigator.userAgent);
      this.state = apple ? "install" : "impossible"; // there it works for what is on the home screen
    } else if (Notification.permission === "denied") this.state = "denied";
    else {
      const there = await this.there();
      this.state = there && (await ask("PUT", there).then((said) => said.json())).on ? "on" : "off";
    }
  },
  methods: {
    async there() {
      return (await navigator.serviceWorker.getRegistration())?.pushManager.getSubscription();
    },
    async turn() {
      this.problem = "";
      this.busy = true;
      try {
        await (this.state === "on" ? this.off() : this.on());
      } catch {
        this.problem = this.words.failed;
      }
      this.busy = false;
    },
    async on() {
      if ((await Notification.requestPermission()) !== "granted") return (this.state = Notification.permission === "denied" ? "denied" : "off");
      await navigator.serviceWorker.register("/sw.js");
      const { pushManager } = await navigator.serviceWorker.ready;
      await (await pushManager.getSubscription())?.unsubscribe(); // it may be for another key of ours
      const made = await pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: bytes(this.name) });
      const answer = await ask("POST", made);
      if (!answer.ok) {
        await made.unsubscribe();
        return (this.problem = (await answer.json()).problem || this.words.failed);
      }
      this.state = "on";
    },
    async off() {
      const there = await this.there();
      if (there) {
        await ask("DELETE", there);
        await there.unsubscribe();
      }
      this.state = "off";
    },
  },
};
