// A bar chart of two stacked series, as SVG.
import { el, svg } from "./dom.js";
import { whole } from "./format.js";

const kHeight = 132;
const kFoot = 18;
const kWidest = 56;
const kLabel = 64;  // room for the text below a bar
const kHalf = 24;   // half of the widest such text

function bar(x, y, width, height, kind) {
  return svg("rect", { x, y, width: Math.max(width, 1), height: Math.max(height, 0), class: kind });
}

function legend(kind, text) {
  return el("span", {}, el("span", { class: `swatch ${kind}` }), text);
}

// bars: [{ label, good, bad, title }], in the order of time.
export function barChart(caption, bars) {
  const width = Math.max(280, Math.min(innerWidth - 50, 1210));
  const most = Math.max(1, ...bars.map((each) => each.good + each.bad));
  const step = width / Math.max(bars.length, 1);
  const thick = Math.min(step - Math.min(step * 0.2, 6), kWidest);
  const floor = kHeight - kFoot;
  const scale = (floor - 4) / most;
  const every = Math.max(1, Math.ceil((bars.length * kLabel) / width));
  const parts = bars.map((each, index) => {
    const x = index * step + (step - thick) / 2;
    const good = each.good * scale;
    const bad = each.bad > 0 ? Math.max(each.bad * scale, 2) : 0;
    return svg("g", {},
      svg("title", {}, each.title ?? `${each.label}: ${whole(each.good)} answered, ${whole(each.bad)} failed`),
      svg("rect", { x: index * step, y: 0, width: step, height: floor, class: "touch" }),
      bar(x, floor - good, thick, good, "good"),
      bar(x, floor - good - bad, thick, bad, "bad"),
      index % every === 0 ? svg("text", { x: Math.min(Math.max((index + 0.5) * step, kHalf), width - kHalf), y: kHeight - 4, class: "tick" }, each.label) : null);
  });
  const line = svg("line", { x1: 0, x2: width, y1: floor, y2: floor, class: "axis" });
  return el("figure", { class: "chart" },
    el("figcaption", {}, el("strong", {}, caption), legend("answered", "answered"), legend("failed", "failed"),
      el("span", { class: "quiet" }, `highest bar: ${whole(most)}`)),
    svg("svg", { viewBox: `0 0 ${width} ${kHeight}`, role: "img", "aria-label": `${caption}, highest bar ${whole(most)}` }, parts, line));
}
