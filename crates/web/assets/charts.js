// Values of a chart where one points: a rule through all lines at that time, and what each of them is there. Without this module the
// strips' own titles tell the same. A chart takes the focus; arrows, Page Up and Down, Home and End move the rule, Escape puts it away. In
// a heat map a cell is pointed at, and up and down move, too.
const SVG = "http://www.w3.org/2000/svg";

const drawn = (name, attributes) => {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  return element;
};

const edge = (element, name) => Number(element.getAttribute(name));

// What is told at each point: of a strip every line, of a cell its one.
function points(svg) {
  return [...svg.querySelectorAll("rect")]
    .filter((rect) => rect.querySelector("title") !== null && rect.parentElement.tagName !== "a")
    .map((rect) => {
      const title = rect.querySelector("title");
      const told = title.textContent.split("\n");
      title.remove();
      const [left, top, width, height] = ["x", "y", "width", "height"].map((name) => edge(rect, name));
      const stand = rect.dataset.y === undefined ? null : rect.dataset.y.split(" ");
      return { x: stand === null ? left + width / 2 : Number(rect.dataset.x), left, top, width, height, told, stand };
    });
}

class Reading {
  constructor(svg) {
    this.svg = svg;
    this.points = points(svg);
    this.at = -1;
    this.marks = drawn("g", { class: "reading-marks" });
    svg.append(this.marks);
    this.box = document.createElement("div");
    this.box.className = "reading";
    this.box.hidden = true;
    svg.after(this.box);
    // The picture's own title would stand in the way of the values; it is read out all the same.
    const title = svg.querySelector(":scope > title");
    if (title !== null) {
      svg.setAttribute("aria-label", title.textContent);
      title.remove();
    }
    svg.tabIndex = 0;
    svg.addEventListener("pointermove", (event) => this.point(event));
    svg.addEventListener("pointerdown", (event) => this.point(event));
    svg.addEventListener("pointerleave", () => this.hide());
    svg.addEventListener("blur", () => this.hide());
    svg.addEventListener("keydown", (event) => this.press(event));
  }

  point(event) {
    const shown = this.svg.getBoundingClientRect();
    const scale = this.svg.viewBox.baseVal.width / shown.width;
    const [x, y] = [(event.clientX - shown.left) * scale, (event.clientY - shown.top) * scale];
    const away = (point) => (point.stand === null ? Math.hypot(point.x - x, point.top + point.height / 2 - y) : Math.abs(point.x - x));
    const nearest = this.points.reduce((best, point, place) => (away(point) < away(this.points[best]) ? place : best), 0);
    const { left, top, width, height } = this.points[nearest];
    const inside = x >= left - 6 && x <= left + width + 6 && y >= top - 6 && y <= top + height + 6;
    if (inside) this.show(nearest, "off");
    else this.hide();
  }

  // The cell of the row above or below.
  row(step) {
    const now = this.points[this.at];
    const rows = this.points.map((point, place) => [point, place]).filter(([point]) => point.left === now.left && (point.top - now.top) * step > 0);
    rows.sort(([one], [other]) => (one.top - other.top) * step);
    return rows[0]?.[1] ?? this.at;
  }

  press(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const last = this.points.length - 1;
    const now = this.at < 0 ? last : this.at;
    const started = this.at >= 0;
    const cells = this.points[now].stand === null;
    const to = {
      ArrowLeft: () => (started ? now - 1 : now),
      ArrowRight: () => (started ? now + 1 : 0),
      ArrowUp: () => (cells && started ? this.row(-1) : null),
      ArrowDown: () => (cells && started ? this.row(1) : null),
      PageUp: () => now - 7,
      PageDown: () => now + 7,
      Home: () => 0,
      End: () => last,
    }[event.key]?.() ?? null;
    if (event.key === "Escape") this.hide();
    if (to === null) return;
    event.preventDefault();
    this.show(Math.max(0, Math.min(last, to)), "polite");
  }

  show(place, live) {
    if (place === this.at) return;
    this.at = place;
    const { x, left, top, width, height, told, stand } = this.points[place];
    if (stand === null) {
      this.marks.replaceChildren(drawn("rect", { class: "rule", x: left, y: top, width, height }));
    } else {
      const dots = stand.flatMap((y, series) => (y === "" ? [] : [drawn("circle", { class: `dot b${series + 1}`, cx: x, cy: y, r: 3.5 })]));
      this.marks.replaceChildren(drawn("line", { class: "rule", x1: x, x2: x, y1: top, y2: top + height }), ...dots);
    }
    this.box.setAttribute("aria-live", live);
    const lines = told.map((text, number) => {
      const line = document.createElement(number === 0 ? "b" : "span");
      if (number > 0) line.className = `t${number}`;
      line.textContent = text;
      return line;
    });
    this.box.replaceChildren(...lines);
    this.box.hidden = false;
    // Beside the rule, on the side that has more room; of a cell, below or above it.
    const wide = this.svg.viewBox.baseVal.width;
    const scale = this.svg.getBoundingClientRect().width / wide;
    const shown = this.svg.getBoundingClientRect();
    const frame = this.svg.parentElement.getBoundingClientRect();
    const from = shown.left - frame.left + x * scale;
    const above = top * scale - this.box.offsetHeight - 6;
    const under = (top + height) * scale + 6;
    const down = stand !== null ? top * scale + 4 : top > 80 ? above : under;
    this.box.style.top = `${shown.top - frame.top + down}px`;
    this.box.style.left = `${Math.max(0, x > wide / 2 ? from - 10 - this.box.offsetWidth : from + 10)}px`;
  }

  hide() {
    this.at = -1;
    this.marks.replaceChildren();
    this.box.hidden = true;
  }
}

for (const svg of document.querySelectorAll("svg.chart")) {
  if (svg.querySelector("rect > title") !== null) new Reading(svg);
}
