// An approval: what the stage becomes, and the answer with its comment.

import { post, read } from "./api.js";
import { counts, stacks } from "./changes.js";
import { h } from "./dom.js";
import { clock, first, short } from "./words.js";

const state = new Map();
const of = (token) => {
  if (!state.has(token)) state.set(token, { wrong: "", busy: false });
  return state.get(token);
};

export const decision = async (approval, overview, { refresh, say }) => {
  const { stage, action, token, execution } = approval;
  const here = of(token);
  const delivered = overview.executions.find(({ id }) => id === execution);
  let list = [];
  let problem = "";
  try {
    list = await read(`executions/${execution}/stages/${encodeURIComponent(stage)}/changes`);
  } catch (error) {
    problem = error.message;
  }
  const all = list.flatMap((each) => each.changes);
  const field = `comment-${token}`;
  const answer = async (given, form) => {
    const comment = form.elements.comment.value.trim();
    here.wrong = given === "Rejected" && !comment ? "Say why: whoever pushed reads it." : "";
    if (here.wrong) {
      await refresh();
      form.elements.comment.focus();
      return;
    }
    here.busy = true;
    await refresh();
    try {
      say(await post("approvals", { stage, action, token, answer: given, comment }));
      document.getElementById("main").focus();
    } catch (error) {
      here.wrong = error.message;
    }
    here.busy = false;
    await refresh();
  };
  return h("section", { key: token, class: "decision", "aria-label": `Approval of ${stage}` },
    h("div", {},
      h("h2", {}, `What ${stage} becomes if you approve`),
      h("p", { class: "dim" }, delivered ? `${first(delivered.message) || short(execution)} · ${short(delivered.commit)}` : short(execution), ` · asked ${clock(approval.since)}`),
      approval.data ? h("p", {}, approval.data) : "",
      approval.link.startsWith("https://") ? h("p", {}, h("a", { href: approval.link, rel: "noreferrer" }, approval.link)) : "",
      problem ? h("p", { class: "wrong" }, `What changes is not known: ${problem}`) : [counts(all), h("div", { class: "panel" }, stacks(list, { open: true }))]),
    h("form", { onsubmit: (event) => { event.preventDefault(); answer(event.submitter?.value ?? "Approved", event.currentTarget); } },
      h("label", { for: field }, "Comment"),
      h("textarea", { id: field, name: "comment", maxlength: "512", keep: "", "aria-describedby": `${field}-help`, "aria-invalid": here.wrong ? "true" : false }),
      h("p", { id: `${field}-help`, class: here.wrong ? "wrong" : "dim", role: here.wrong ? "alert" : false }, here.wrong || "It is kept with the answer. A rejection needs one."),
      h("div", { class: "acts" },
        h("button", { class: "main", value: "Approved", disabled: here.busy ? "" : false }, `Approve ${stage}`),
        h("button", { class: "no", value: "Rejected", disabled: here.busy ? "" : false }, `Reject ${stage}`))));
};
