// The worker behind the pages: for what may be kept, for the time without a line, and for what is pushed.
if ("serviceWorker" in navigator && isSecureContext) {
  addEventListener("load", () => setTimeout(() => navigator.serviceWorker.register("/sw.js").catch(() => {}), 3000)); // the page comes first
}
