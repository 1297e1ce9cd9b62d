// Builds elements. Text always becomes a text node, so that no text of a client can become markup.

const kSvg = "http://www.w3.org/2000/svg";

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (typeof value === "function") element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return element;
}

// Replaces what an element holds; null and nested lists may be among the children.
export function put(element, ...children) {
  element.replaceChildren();
  return fill(element, {}, children.flat());
}

// el("button", { class: "main", onclick: save }, "Save")
export function el(name, attributes = {}, ...children) {
  return fill(document.createElement(name), attributes, children);
}

export function svg(name, attributes = {}, ...children) {
  return fill(document.createElementNS(kSvg, name), attributes, children);
}

// Text that somebody else chose: its direction must not disturb the text around it.
export function foreign(text) {
  return el("bdi", {}, text ?? "–");
}

// A command or address with a button that copies it.
export function copyable(text, label = "Copy") {
  const button = el("button", { type: "button", class: "copy", "aria-label": `${label} ${text}` }, label);
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(text);
      button.textContent = "Copied";
    } catch {
      getSelection().selectAllChildren(code);
      button.textContent = "Press Ctrl+C";
    }
    setTimeout(() => { button.textContent = label; }, 2000);
  });
  const code = el("code", {}, text);
  return el("span", { class: "copyable" }, code, button);
}

// Text with commands in `backquotes`.
export function withCommands(text) {
  return text.split("`").map((part, index) => (index % 2 === 0 ? part : el("code", {}, part)));
}

// A table that scrolls by itself where it is too wide for the screen. A column is a name, or
// { name, title, number: true }.
export function table(caption, columns, rows) {
  const heads = columns.map((column) => el("th",
    { scope: "col", class: column.number ? "number" : null, title: column.title }, column.name ?? column));
  return el("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": caption },
    el("table", {}, el("caption", { class: "hidden" }, caption),
      el("thead", {}, el("tr", {}, heads)), el("tbody", {}, rows)));
}
