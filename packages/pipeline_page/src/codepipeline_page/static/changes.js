// Changes of stacks, and their current resources.

import { h } from "./dom.js";
import { KINDS } from "./words.js";

const tally = (changes) => Object.fromEntries(Object.keys(KINDS).map((kind) => [kind, changes.filter((each) => each.kind === kind).length]));

export const counts = (changes) => {
  const found = tally(changes);
  const shown = Object.keys(KINDS).reverse().filter((kind) => kind !== "perhaps" || found.perhaps);
  return h("ul", { class: "counts" }, shown.map((kind) => h("li", { key: kind, class: `${kind}${found[kind] ? "" : " none"}` }, h("span", { class: "count" }, found[kind]), ` ${KINDS[kind]}`)));
};

const property = ({ name, before, after, replaces }) => {
  const values = before || after ? [": ", h("code", {}, before || "nothing"), " → ", h("code", {}, after || "nothing")] : [];
  const ends = { yes: " (replaces)", perhaps: " (may replace)" }[replaces] ?? "";
  return h("li", { key: name }, h("code", {}, name), ...values, ends);
};

const change = (each) => h("li", { key: each.logical_id },
  h("span", { class: `kind ${each.kind}` }, KINDS[each.kind]),
  h("span", {}, h("code", {}, each.type), " ", each.path || each.logical_id, each.kept ? h("strong", {}, " (retained in the account)") : ""),
  each.properties.length ? h("ul", { class: "props" }, each.properties.map(property)) : "");

const stack = (each, open) => {
  const lossy = each.changes.filter(({ kind }) => kind !== "added");
  const added = each.changes.filter(({ kind }) => kind === "added");
  const where = [each.account, each.region].filter(Boolean).join(" · ");
  return h("section", { key: each.stack, class: "card", "aria-label": each.stack },
    h("h3", {}, each.stack, where ? h("small", { class: "dim" }, ` ${where}`) : ""),
    each.source === "nothing" ? "" : h("p", {}, each.changes.length ? (each.source === "templates" ? "From its template" : "From its change set") : "No changes."),
    each.note ? h("p", { class: "dim" }, each.note) : "",
    lossy.length ? h("ul", { class: "rows" }, lossy.map(change)) : "",
    added.length ? h("details", { key: "added", open: open && added.length < 12 ? "" : false }, h("summary", {}, `${added.length} added`), h("ul", { class: "rows" }, added.map(change))) : "");
};

export const stacks = (list, { open = false } = {}) => (list.length ? list.map((each) => stack(each, open)) : [h("p", {}, "This stage deploys no stack.")]);

export const held = (list) => (list.length ? list.map((each) => h("section", { key: each.stack, class: "card", "aria-label": each.stack },
  h("h3", {}, each.stack, h("small", { class: "dim" }, ` ${each.account ?? ""} ${each.status || "not deployed"}`)),
  Object.keys(each.outputs).length ? h("dl", { class: "outputs" }, Object.entries(each.outputs).flatMap(([name, value]) => [h("dt", { key: name }, name), h("dd", { key: name }, h("code", {}, value))])) : "",
  each.resources.length ? h("details", { key: "resources" }, h("summary", {}, `${each.resources.length} resources`), h("ul", { class: "rows" }, each.resources.map((one) => h("li", { key: one.logical_id }, h("span", { class: "dim" }, one.status.toLowerCase().replaceAll("_", " ")), h("span", {}, h("code", {}, one.type), ` ${one.logical_id} `, h("span", { class: "dim" }, one.physical_id)))))) : "")) : [h("p", {}, "This stage deploys no stack.")]);
