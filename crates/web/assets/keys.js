// Keys for those who like them; every page works without. j k move in a list, o or Enter opens, / searches, ? shows the help. Every
// other key belongs to what bears it as data-key: in the chosen row of a list, else on the page. Without data-press it is gone to and
// not pressed.
const rows = () => [...document.querySelectorAll("[data-keys=list] tbody tr")].filter((row) => row.querySelector("a.row"));
const isTyping = (target) => target instanceof Element && target.closest("input, select, textarea, [contenteditable]") !== null;
const place = `chosen ${location.pathname}`;
let chosen = -1;

function choose(wanted) {
  const all = rows();
  if (all.length === 0) return;
  all[chosen]?.classList.remove("chosen");
  chosen = Math.max(0, Math.min(all.length - 1, wanted));
  const row = all[chosen];
  row.classList.add("chosen");
  row.querySelector("a.row").focus({ preventScroll: true });
  row.scrollIntoView({ block: "nearest" });
}

function reach(key) {
  const own = rows()[chosen]?.querySelector(`[data-key=${key}]`);
  const found = own ?? [...document.querySelectorAll(`main [data-key=${key}]`)].find((one) => one.closest("tr") === null);
  if (!found) return;
  if (found.tagName === "SUMMARY") {
    found.parentElement.open = true;
    found.parentElement.querySelector("select, textarea, input:not([type=hidden])")?.focus();
  } else if ("press" in found.dataset) {
    // What a row is asked changes the list: the row that takes its place is chosen then.
    if (own) sessionStorage.setItem(place, String(chosen));
    found.click();
  } else {
    found.focus();
  }
}

const actions = {
  j: () => choose(chosen + 1),
  k: () => choose(chosen - 1),
  o: () => rows()[chosen]?.querySelector("a.row").click(),
  "/": () => document.querySelector("[data-key=search]")?.focus(),
  "?": () => location.assign("/help"),
};
for (const key of ["c", "e", "r", "m", "s"]) actions[key] = () => reach(key);

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || isTyping(event.target)) return;
  const action = actions[event.key];
  if (action === undefined) return;
  event.preventDefault();
  action();
});

const before = sessionStorage.getItem(place);
if (before !== null) {
  sessionStorage.removeItem(place);
  choose(Number(before));
}
if (location.hash === "#send-on") reach("m");
