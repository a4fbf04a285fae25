// A photo, PDF or video beside the text: chosen, made smaller if it is a large photo, sent with its progress.
const LONGEST_SIDE = 1600; // as the server makes it; a phone on a slow line sends a tenth of it then
const WORTH_IT = 700_000; // bytes

async function smaller(file) {
  if (!/^image\/(jpeg|png|webp)$/.test(file.type) || file.size < WORTH_IT) return file;
  try {
    const photo = await createImageBitmap(file);
    const scale = Math.min(1, LONGEST_SIDE / Math.max(photo.width, photo.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(photo.width * scale);
    canvas.height = Math.round(photo.height * scale);
    const paper = canvas.getContext("2d");
    paper.fillStyle = "#fff"; // nothing see-through in a JPEG
    paper.fillRect(0, 0, canvas.width, canvas.height);
    paper.drawImage(photo, 0, 0, canvas.width, canvas.height);
    photo.close();
    const made = await new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.9));
    return made && made.size < file.size ? made : file;
  } catch {
    return file; // the server looks at it, and says what is wrong
  }
}

export default {
  props: { words: Object, attached: Object, most: Number },
  emits: ["attached", "removed"],
  data: () => ({ percent: null, problem: "" }),
  template: `
<div class="at">
  <div v-if="attached" class="at-one">
    <img v-if="attached.small" :src="attached.small" alt="" width="56" height="56">
    <i v-else class="material-icons" aria-hidden="true">{{ attached.icon }}</i>
    <span class="at-name"><b>{{ attached.name }}</b><small>{{ attached.size }}</small></span>
    <button type="button" class="at-button" :aria-label="words.remove + ' ' + attached.name" @click="remove">
      <i class="material-icons" aria-hidden="true">close</i></button>
  </div>
  <label v-else-if="percent === null" class="at-choose">
    <input type="file" accept="image/jpeg,image/png,image/webp,application/pdf,video/mp4,video/3gpp"
           @change="send($event.target.files[0], $event.target)">
    <i class="material-icons" aria-hidden="true">attach_file</i>
    <span class="at-name"><b>{{ words.choose }}</b><small>{{ words.kinds }}</small></span>
  </label>
  <div v-else class="at-one" role="status">
    <span class="at-name"><span class="numbers">{{ percent < 100 ? words.uploading + " " + percent + " %" : words.checking }}</span>
      <progress :value="percent" max="100" :aria-label="words.uploading"></progress></span>
    <button type="button" class="at-button" :aria-label="words.cancel" @click="cancel">
      <i class="material-icons" aria-hidden="true">close</i></button>
  </div>
  <p v-if="problem" class="me-problem" role="alert">{{ problem }}</p>
</div>`,
  mounted() {
    const before = window.keepTyped?.("attached", () => (this.touched ? this.attached?.id || 0 : null));
    if (before === undefined || before === (this.attached?.id || 0)) return;
    this.touched = true;
    if (before) this.$emit("attached", before);
    else this.$emit("removed");
  },
  beforeUnmount() { this.cancel(); },
  methods: {
    async send(file, input) {
      if (!file || this.percent !== null) return;
      setTimeout(() => (input.value = "")); // the same file may be chosen again
      this.problem = "";
      this.percent = 0;
      const name = file.name;
      const made = await smaller(file);
      if (this.percent === null) return; // cancelled meanwhile
      if (made.size > this.most) return this.failed(this.words.too_large);
      const request = (this.request = new XMLHttpRequest()); // fetch() tells no progress
      request.open("POST", "/media");
      request.setRequestHeader("Content-Type", "application/octet-stream");
      request.setRequestHeader("Accept", "application/json");
      request.setRequestHeader("X-File-Name", encodeURIComponent(name));
      request.upload.onprogress = (event) => (this.percent = Math.floor((100 * event.loaded) / (event.total || 1)));
      request.onload = () => this.answered(request);
      request.onerror = () => this.failed(this.words.broken);
      request.send(made);
    },
    answered(request) {
      let said = {};
      try {
        said = JSON.parse(request.responseText);
      } catch {} // a proxy's own page
      if (request.status !== 200 || !said.id)
        return this.failed(said.problem || (request.status === 413 ? this.words.too_large : this.words.broken));
      this.percent = null;
      this.touched = true;
      this.$emit("attached", said.id);
    },
    remove() {
      this.touched = true;
      this.$emit("removed");
    },
    cancel() {
      this.request?.abort();
      this.request = null;
      this.percent = null;
    },
    failed(problem) {
      this.percent = null;
      this.problem = problem;
    },
  },
};
