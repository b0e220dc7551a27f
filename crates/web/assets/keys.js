// Keys for those who like them; every page works without. j k move in a list, o or Enter opens, / searches, c goes to the button
// that closes or reopens an incident, ? shows the help.
const rows = () => [...document.querySelectorAll("[data-keys=list] tbody tr")].filter((row) => row.querySelector("a.row"));
const isTyping = (target) => target instanceof Element && target.closest("input, select, textarea, [contenteditable]") !== null;
let chosen = -1;

function choose(place) {
  const all = rows();
  if (all.length === 0) return;
  all[chosen]?.classList.remove("chosen");
  chosen = Math.max(0, Math.min(all.length - 1, place));
  const row = all[chosen];
  row.classList.add("chosen");
  row.querySelector("a.row").focus({ preventScroll: true });
  row.scrollIntoView({ block: "nearest" });
}

const actions = {
  j: () => choose(chosen + 1),
  k: () => choose(chosen - 1),
  o: () => rows()[chosen]?.querySelector("a.row").click(),
  "/": () => document.querySelector("[data-key=search]")?.focus(),
  c: () => document.querySelector("[data-key=c]")?.focus(),
  "?": () => location.assign("/help"),
};

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || isTyping(event.target)) return;
  const action = actions[event.key];
  if (action === undefined) return;
  event.preventDefault();
  action();
});
