// A plain file input, and the file sent as the raw body with its progress. fetch() tells no progress; XHR does.
export default {
  props: { words: Object, address: String, most: Number },
  data: () => ({ percent: null, problem: "", over: false }),
  template: `
<div class="fp">
  <label :class="['fp-choose', { 'fp-over': over, 'fp-busy': percent !== null }]"
         @dragover.prevent="over = true" @dragleave="over = false" @drop.prevent="dropped">
    <input type="file" :disabled="percent !== null" @change="send($event.target.files[0], $event.target)">
    <i class="material-icons" aria-hidden="true">upload_file</i>
    <b>{{ words.choose }}</b>
    <small>{{ words.kinds }}</small>
  </label>
  <div v-if="percent !== null" role="status">
    <progress :value="percent" max="100" :aria-label="words.uploading"></progress>
    <span class="numbers">{{ percent < 100 ? words.uploading + " " + percent + " %" : words.checking }}</span>
  </div>
  <p v-if="problem" class="banner negative" role="alert">{{ problem }}</p>
</div>`,
  methods: {
    dropped(event) {
      this.over = false;
      this.send(event.dataTransfer.files[0]);
    },
    send(file, input) {
      if (!file || this.percent !== null) return;
      if (input) setTimeout(() => (input.value = "")); // the same file may be chosen again
      this.problem = "";
      if (file.size > this.most) return (this.problem = this.words.too_large);
      this.percent = 0;
      const request = new XMLHttpRequest();
      request.open("POST", this.address);
      request.setRequestHeader("Content-Type", "application/octet-stream");
      request.setRequestHeader("Accept", "application/json");
      request.setRequestHeader("X-File-Name", encodeURIComponent(file.name));
      request.upload.onprogress = (event) => (this.percent = Math.floor((100 * event.loaded) / (event.total || 1)));
      request.onload = () => this.answered(request);
      request.onerror = () => this.failed(this.words.broken);
      request.send(file);
    },
    answered(request) {
      let said = {};
      try {
        said = JSON.parse(request.responseText);
      } catch {} // a proxy's own page
      if (request.status === 200 && said.address) location.href = said.address;
      else this.failed(said.problem || (request.status === 413 ? this.words.too_large : this.words.broken));
    },
    failed(problem) {
      this.percent = null;
      this.problem = problem;
    },
  },
};
