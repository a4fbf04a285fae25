// The shape that Broadcaster is measured against: Bull 4, 30 jobs at once, one UPDATE a message.
//
//   node bull.js work <messages>     works a full queue off
//   node bull.js launch <messages>   fills it, with addBulk
//
// It says "ready", waits for a line, tells {"seconds", "rss_mb"} when it is done, and stays to be looked at
// until its standard input ends.
const path = require("path");
const modules = path.join(process.env.PEER_MODULES, "node_modules");
const Queue = require(path.join(modules, "bull"));
const { Pool } = require(path.join(modules, "pg"));

const AT_ONCE = 30;
const SLICE = 5000;
const [deed, how_many] = [process.argv[2], Number(process.argv[3])];
const queue = new Queue("bench", process.env.REDIS_URL);

async function fill() {
  for (let from = 0; from < how_many; from += SLICE) {
    const slice = [];
    for (let id = from + 1; id <= Math.min(from + SLICE, how_many); id++) {
      const data = { id, phone: `+91${9000000000 + id}`, name: "Ravi", city: "Pune" };
      slice.push({ data, opts: { removeOnComplete: true } });
    }
    await queue.addBulk(slice);
  }
}

async function work(pool) {
  let done = 0;
  await new Promise((finished) => {
    queue.on("completed", () => ++done === how_many && finished());
    queue.process(AT_ONCE, async ({ data }) => {
      const text = `Hello ${data.name}, 20 percent off in ${data.city} till Sunday`;
      const wa_id = `3EB0${String(data.id).padStart(16, "0")}-${text.length}`;
      const done = "UPDATE peer SET status = 'sent', wa_id = $1, sent_at = now() WHERE id = $2";
      await pool.query({ name: "done", text: done, values: [wa_id, data.id] });
    });
  });
}

async function main() {
  const pool = new Pool({ connectionString: process.env.DATABASE_URL, max: AT_ONCE });
  if (deed === "work") {
    await Promise.all(Array.from({ length: AT_ONCE }, () => pool.query("SELECT 1")));
    await fill();
  } else {
    await queue.isReady();
  }
  console.log("ready");
  await new Promise((told) => process.stdin.once("data", told));
  const begun = process.hrtime.bigint();
  await (deed === "work" ? work(pool) : fill());
  const seconds = Number(process.hrtime.bigint() - begun) / 1e9;
  console.log(JSON.stringify({ seconds, rss_mb: process.memoryUsage().rss / 1e6 }));
  await new Promise((told) => process.stdin.once("end", told));
}

main().then(
  () => process.exit(0),
  (e) => {
    console.error(e);
    process.exit(1);
  },
);
