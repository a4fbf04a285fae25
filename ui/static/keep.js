// What was typed survives a reload that nobody asked for: the phone slept too long, or dropped the tab.
// The page is built anew then, and what stood in its fields is put back as if it was typed again.
(() => {
  const place = "typed:" + location.pathname + location.search;
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
  }
  function restore() {
    const kept = new Map(JSON.parse(sessionStorage.getItem(place) || "[]"));
    sessionStorage.removeItem(place);
    if (performance.getEntriesByType("navigation")[0]?.type !== "reload") return;
    for (const [name, field] of named()) {
      if (!kept.has(name) || field.value === kept.get(name)) continue;
      field.value = kept.get(name);
      field.dispatchEvent(new Event("input", { bubbles: true }));
    }
  }

  addEventListener("input", (event) => touched.add(event.target), true);
  addEventListener("pagehide", keep);
  document.addEventListener("visibilitychange", () => document.visibilityState === "hidden" && keep());
  const soon = setInterval(() => {
    if (!window.did_handshake) return; // before that, nobody would hear of it
    clearInterval(soon);
    restore();
  }, 200);
})();
