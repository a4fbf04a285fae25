// What a thumb or an eye would stumble over on the page as it is now; a list of sentences.
(least) => {
  const found = [];
  const say = (what, element, more = "") => {
    const words = (element.innerText || element.getAttribute("aria-label") || element.value || "").trim().slice(0, 40);
    const look = element.getAttribute("class") || "";
    found.push(`${what}: <${element.localName} class="${look.slice(0, 60)}"> ${JSON.stringify(words)} ${more}`);
  };
  const seen = (element) => {
    const box = element.getBoundingClientRect();
    return box.width > 1 && box.height > 1 && element.checkVisibility({ visibilityProperty: true, opacityProperty: true });
  };
  const scrolls = (element) => {
    for (let one = element.parentElement; one; one = one.parentElement)
      if (one !== document.body && getComputedStyle(one).overflowX !== "visible") return true;
  };

  const page = document.scrollingElement;
  if (page.scrollWidth > innerWidth) {
    found.push(`the page is ${page.scrollWidth} wide on a screen of ${innerWidth}`);
    for (const one of document.querySelectorAll("body *"))
      if (one.getBoundingClientRect().right > innerWidth + 1 && seen(one) && !scrolls(one)) say("too far right", one);
  }

  // Cut off. What somebody wrote themselves may end in dots (.cut); our own words may not.
  for (const one of document.querySelectorAll("body *")) {
    const style = getComputedStyle(one);
    const own = [...one.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim());
    if (!own || !seen(one) || one.closest(".cut, .material-icons, .q-icon, [aria-hidden=true]")) continue;
    if (style.clipPath !== "none" || style.webkitLineClamp !== "none" || (one.clientWidth <= 1 && style.overflow === "hidden")) continue;
    const wide = style.overflowX !== "visible" && one.scrollWidth > one.clientWidth + 1;
    const high = style.overflowY === "hidden" && one.scrollHeight > one.clientHeight + 3;
    if (style.display !== "inline" && (wide || high)) say("cut off", one, `${one.scrollWidth}x${one.scrollHeight} in ${one.clientWidth}x${one.clientHeight}`);
  }

  const taps = "a[href], button, input:not([type=hidden]), select, textarea, summary, [role=button], [role=checkbox], [role=radio], [role=tab], [role=menuitem], [role=switch]";
  for (const one of document.querySelectorAll(taps)) {
    if (!seen(one) || one.closest("[aria-hidden=true]") || one.disabled) continue;
    // A link within a sentence is as high as its line; a field is as large as the frame around it.
    const sentence = one.localName === "a" && getComputedStyle(one).display === "inline" && one.parentElement.innerText.trim() !== one.innerText.trim();
    if (sentence) continue;
    const whole = one.closest(".q-field__control, label, .q-checkbox, .q-toggle, .q-radio") || one;
    const box = whole.getBoundingClientRect();
    if (box.height < least - 0.5 || box.width < least - 0.5) say("too small to tap", one, `${Math.round(box.width)}x${Math.round(box.height)}`);
  }
  return found;
}
