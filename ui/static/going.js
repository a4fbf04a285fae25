// On a slow line seconds pass from a tap until the next page begins. It is answered at once: the place that was
// tapped is marked, and the shape of what comes stands there (ui/waiting.py). The page itself is only hidden:
// what was typed into it can still be read, and it is there again if nothing came.
(() => {
  const SOON_MS = 150; // who is quicker shows itself
  const GIVE_UP_MS = 30_000;
  const FILE = /\.\w+$|^\/(media|language)\b/; // what a browser saves or shows, and stays where it is
  let timers = [];

  function draw(path) {
    const wait = document.querySelector(".wait");
    if (!wait) return;
    const shape = shapes[path.replace(/\d+/g, "*")] || "card card card";
    wait.querySelector(".wait-page").innerHTML = shape.split(" ").map((block) => `<i class="sk sk-${block}"></i>`).join("");
    const places = wait.querySelector(".nav");
    places.innerHTML = document.querySelector("#app .nav")?.innerHTML || places.innerHTML; // with what is unread
    let title = path === location.pathname ? document.querySelector("#app h1")?.textContent : "";
    for (const one of places.querySelectorAll("a:not(.nav-shop)")) {
      const here = path === one.pathname;
      one.removeAttribute("data-holds-current");
      if (here || path.startsWith(one.pathname + "/")) one.setAttribute("aria-current", "page");
      else one.removeAttribute("aria-current");
      if (here) title = one.querySelector("span").textContent;
    }
    wait.querySelector("h1").textContent = title;
    document.body.classList.add("going");
  }
  function stay() {
    timers.forEach(clearTimeout);
    timers = [];
    document.body.classList.remove("going");
  }

  window.navigation?.addEventListener("navigate", (event) => {
    const { url, sameDocument } = event.destination;
    const { origin, pathname } = new URL(url);
    if (sameDocument || event.hashChange || event.downloadRequest !== null || origin !== location.origin || FILE.test(pathname)) return;
    stay();
    timers = [setTimeout(() => draw(pathname), SOON_MS), setTimeout(stay, GIVE_UP_MS)];
  });
  addEventListener("pageshow", stay);

  // The places are drawn anew when somebody writes; whoever is among them with the keyboard stays there.
  document.addEventListener("focusin", ({ target }) => {
    const places = target.closest("#app .nav");
    if (!places) return;
    const links = () => [...places.querySelectorAll("a")];
    const at = links().indexOf(target);
    const anew = new MutationObserver(() => document.activeElement === document.body && links()[at]?.focus());
    anew.observe(places, { childList: true });
    target.addEventListener("blur", () => setTimeout(() => target.isConnected && anew.disconnect()));
  });

  // A button that waits for the server looks like it; one that may be tapped once swallows the second tap.
  const HEARD_MS = 8000; // at most: there may be nothing to answer
  document.addEventListener("click", (event) => {
    const button = event.target.closest(".q-btn");
    if (!button) return;
    if (button.dataset.tapped && button.dataset.once !== undefined) {
      event.preventDefault();
      event.stopPropagation();
      return;
    }
    const heard = () => {
      delete button.dataset.tapped;
      window.socket?.offAny(heard);
    };
    button.dataset.tapped = "yes";
    window.socket?.onAny(heard);
    setTimeout(heard, HEARD_MS);
  }, true);
})();
