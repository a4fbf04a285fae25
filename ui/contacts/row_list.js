// Rows of a list, as the import read them.
export default {
  props: { rows: Array },
  template: `
<ul class="rl">
  <li v-for="row in rows" :key="row.line">
    <small class="rl-line numbers">{{ row.line }}</small>
    <span class="rl-who"><b v-if="row.name">{{ row.name }}</b><s v-if="row.was">{{ row.was }}</s>
      <span class="numbers">{{ row.number }}</span></span>
    <span v-if="row.why" class="rl-why">{{ row.why }}</span>
    <small v-if="row.more" class="rl-more">{{ row.more }}</small>
  </li>
</ul>`,
};
