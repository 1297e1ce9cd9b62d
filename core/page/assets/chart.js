// A bar chart of two stacked series, as SVG.
import { el, svg } from "./dom.js";
import { whole } from "./format.js";

const kHeight = 120;
const kFoot = 16;
const kGap = 2;
const kWidest = 72;
const kLabel = 90;  // room for the text below a bar

function bar(x, y, width, height, kind) {
  return svg("rect", { x, y, width: Math.max(width, 1), height: Math.max(height, 0), class: kind });
}

// bars: [{ label, good, bad, title }], in the order of time.
export function barChart(caption, bars) {
  const width = innerWidth < 700 ? 380 : 960;
  const most = Math.max(1, ...bars.map((each) => each.good + each.bad));
  const step = Math.min(width / Math.max(bars.length, 1), kWidest);
  const scale = (kHeight - kFoot - 4) / most;
  const every = Math.max(1, Math.ceil((bars.length * kLabel) / width));
  const parts = bars.map((each, index) => {
    const x = index * step;
    const good = each.good * scale;
    const bad = each.bad > 0 ? Math.max(each.bad * scale, 2) : 0;
    const floor = kHeight - kFoot;
    return svg("g", {},
      svg("title", {}, each.title ?? `${each.label}: ${whole(each.good)} answered, ${whole(each.bad)} failed`),
      svg("rect", { x, y: 0, width: step, height: floor, class: "touch" }),
      bar(x, floor - good, step - kGap, good, "good"),
      bar(x, floor - good - bad, step - kGap, bad, "bad"),
      index % every === 0 ? svg("text", { x, y: kHeight - 3, class: "tick" }, each.label) : null);
  });
  const line = svg("line", { x1: 0, x2: width, y1: kHeight - kFoot, y2: kHeight - kFoot, class: "axis" });
  return el("figure", { class: "chart" },
    el("figcaption", {}, caption, " ", el("span", { class: "quiet" }, `highest bar: ${whole(most)}`)),
    svg("svg", { viewBox: `0 0 ${width} ${kHeight}`, role: "img", "aria-label": caption }, parts, line));
}
