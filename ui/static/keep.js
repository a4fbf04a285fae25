// What was typed survives a reload that nobody asked for: the phone slept too long, or dropped the tab.
// The page is built anew then, and what stood in its fields is put back as if it was typed again.
// And a line that comes back is noticed soon, not after the five seconds that socket.io allows itself.
(() => {
  const place = "typed:" + location.pathname + location.search;
  const LOST = "lost line"; // left without one: what comes next is no page that somebody chose to open anew
  const LONGEST_WAIT_MS = 1500;
  const lost = sessionStorage.getItem(LOST) === place;
  sessionStorage.removeItem(LOST);
  const again = lost || performance.getEntriesByType("navigation")[0]?.type === "reload";
  const stood = JSON.parse((again && sessionStorage.getItem(place + ":more")) || "{}");
  const more = new Map();
  const touched = new Set();
  const fields = () => [...document.querySelectorAll("main input, main textarea")].filter(isText);
  const isText = (field) => field.tagName === "TEXTAREA" || ["text", "search", "tel", "email", "number"].includes(field.type);

  function named() {
    const seen = {};
    return fields().map((field) => {
      const name = field.getAttribute("aria-label") || field.name || field.placeholder;
      seen[name] = (seen[name] || 0) + 1;
      return [name + "#" + seen[name], field];
    });
  }
  function keep() {
    const kept = named().filter(([, field]) => touched.has(field) && field.value);
    if (kept.length) sessionStorage.setItem(place, JSON.stringify(kept.map(([name, field]) => [name, field.value])));
    else sessionStorage.removeItem(place);
    const unseen = Object.fromEntries([...more].map(([name, read]) => [name, read()]).filter(([, value]) => value != null));
    sessionStorage.setItem(place + ":more", JSON.stringify(unseen));
    if (window.did_handshake && !window.socket.connected) sessionStorage.setItem(LOST, place);
  }
  function restore() {
    const kept = new Map(JSON.parse(sessionStorage.getItem(place) || "[]"));
    sessionStorage.removeItem(place);
    if (!again) return;
    for (const [name, field] of named()) {
      if (!kept.has(name) || field.value === kept.get(name)) continue;
      field.value = kept.get(name);
      field.dispatchEvent(new Event("input", { bubbles: true }));
    }
  }

  // For what no field shows, the text of another tab for instance: `read` tells it, null where nobody touched it.
  // Gives what stood there before the page was built anew.
  window.keepTyped = (name, read) => {
    more.set(name, read);
    return stood[name];
  };

  addEventListener("input", (event) => touched.add(event.target), true);
  addEventListener("pagehide", keep);
  document.addEventListener("visibilitychange", () => document.visibilityState === "hidden" && keep());
  const soon = setInterval(() => {
    if (!window.did_handshake) return; // before that, nobody would hear of it
    clearInterval(soon);
    window.socket.io.reconnectionDelayMax(LONGEST_WAIT_MS);
    restore();
  }, 200);
})();
