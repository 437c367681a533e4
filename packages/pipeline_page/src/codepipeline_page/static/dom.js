// Elements are reused between refreshes, so that focus, selection, and scrolling survive.

const SVG = "http://www.w3.org/2000/svg";
const MARKS = {
  Succeeded: ["M3 8.5 6.5 12 13 4.5"],
  Failed: ["M4 4l8 8", "M12 4l-8 8"],
  InProgress: ["M8 2a6 6 0 1 1-6 6"],
  asked: ["M8 2.5v7", "M8 13v.2"],
  Abandoned: ["M3.5 8h9"],
  Waiting: ["M8 2a6 6 0 1 0 .01 0"],
  NotReached: ["M8 7.9v.2"],
};

// Describes an element for render(). `key` identifies it among its siblings.
export const h = (tag, attributes = {}, ...children) => ({ tag, attributes, children: children.flat().filter((child) => child !== null && child !== undefined && child !== false && child !== "") });

export const mark = (kind) => h("svg", { class: "mark", viewBox: "0 0 16 16", "aria-hidden": "true", fill: "none", stroke: "currentColor", "stroke-width": "2", "stroke-linecap": "round" }, ...(MARKS[kind] ?? MARKS.NotReached).map((d) => h("path", { d })));

const KEY = Symbol("key");
const EVENTS = Symbol("events");
const keyOf = (wanted, place) => (typeof wanted === "object" ? `${wanted.tag}:${wanted.attributes.key ?? place}` : `#text:${place}`);

const create = (wanted, parent) => {
  if (typeof wanted !== "object") return document.createTextNode(String(wanted));
  const drawn = wanted.tag === "svg" || parent.namespaceURI === SVG;
  return drawn ? document.createElementNS(SVG, wanted.tag) : document.createElement(wanted.tag);
};

// Only the reader opens and closes a disclosure after its creation.
const dress = (node, attributes, fresh) => {
  node[EVENTS] ??= {};
  for (const [name, value] of Object.entries(attributes)) {
    if (name === "key" || (name === "open" && !fresh)) continue;
    if (name.startsWith("on")) {
      const event = name.slice(2);
      if (!(event in node[EVENTS])) node.addEventListener(event, (given) => node[EVENTS][event]?.(given));
      node[EVENTS][event] = value;
    } else if (value === false || value === null || value === undefined) node.removeAttribute(name);
    else if (node.getAttribute(name) !== String(value)) node.setAttribute(name, String(value));
  }
  for (const { name } of [...node.attributes]) if (!(name in attributes) && name !== "open") node.removeAttribute(name);
};

// Makes the children of `parent` match the descriptions with as few changes as possible.
export const render = (parent, ...wanted) => {
  const list = wanted.flat().filter((each) => each !== null && each !== undefined && each !== false && each !== "");
  const there = new Map([...parent.childNodes].map((node) => [node[KEY], node]));
  let next = parent.firstChild;
  list.forEach((each, place) => {
    const key = keyOf(each, place);
    let node = there.get(key);
    const fresh = !node;
    there.delete(key);
    if (fresh) {
      node = create(each, parent);
      node[KEY] = key;
    }
    if (node === next) next = next.nextSibling;
    else parent.insertBefore(node, next);
    if (typeof each === "object") {
      dress(node, each.attributes, fresh);
      if (!("keep" in each.attributes)) render(node, ...each.children);
    } else if (node.data !== String(each)) node.data = String(each);
  });
  for (const node of there.values()) node.remove();
};
