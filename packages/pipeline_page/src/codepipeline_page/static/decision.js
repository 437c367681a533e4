// An approval: what the stage becomes, the answer, and a second confirmation if the answer loses something.

import { post, read } from "./api.js";
import { counts, stacks } from "./changes.js";
import { h } from "./dom.js";
import { KINDS, clock, first, short } from "./words.js";

const LOSSES = ["removed", "replaced", "perhaps"];
const state = new Map();
const of = (token) => {
  if (!state.has(token)) state.set(token, { wrong: "", busy: false, armed: "" });
  return state.get(token);
};

// What an approval loses, one entry per resource; and what is unknown, since it may be a loss.
const losses = (list, problem) => [
  ...list.flatMap(({ stack, changes }) => changes.filter(({ kind }) => LOSSES.includes(kind)).map((each) => ({ stack, ...each }))),
  ...list.filter(({ source }) => source === "nothing").map(({ stack, note }) => ({ stack, unknown: note })),
  ...(problem ? [{ unknown: problem }] : []),
];

const lost = ({ stack, kind, type, path, logical_id, kept, unknown }) => (unknown
  ? h("li", { key: `unknown ${stack}` }, h("strong", {}, "unknown"), ` ${stack ? `${stack}: ` : ""}${unknown}`)
  : h("li", { key: `${stack} ${logical_id}` }, h("strong", { class: kind }, KINDS[kind]), " ", h("code", {}, type), ` ${path || logical_id} in ${stack}`, kept ? " (retained in the account)" : ""));

const identity = ({ stack, kind, logical_id, unknown }) => JSON.stringify([stack, kind, logical_id, unknown]);

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
  const loss = losses(list, problem);
  // A confirmation is valid for exactly the losses that it named.
  const shown = loss.map(identity).sort().join();
  const armed = here.armed !== "" && here.armed === shown;
  const field = `comment-${token}`;
  const focus = (id) => document.getElementById(id)?.focus();
  const disarm = async () => {
    here.armed = "";
    await refresh();
    focus(`approve-${token}`);
  };
  const send = async (given, comment) => {
    here.busy = true;
    await refresh();
    try {
      say(await post("approvals", { stage, action, token, answer: given, comment }));
      here.wrong = "";
      focus("headline");
    } catch (error) {
      here.wrong = error.message;
    }
    here.busy = false;
    here.armed = "";
    await refresh();
  };
  const answer = async (given, form) => {
    const comment = form.elements.comment.value.trim();
    if (given === "Rejected" && !comment) {
      here.wrong = "Enter a reason: whoever pushed reads it.";
      await refresh();
      form.elements.comment.focus();
    } else if (given === "Rejected" || (given === "Approved" && !loss.length) || (given === "Confirmed" && armed)) {
      here.wrong = "";
      await send(given === "Rejected" ? "Rejected" : "Approved", comment);
    } else if (given === "Approved") {
      here.armed = shown;
      await refresh();
      focus(`confirm-title-${token}`);
    }
  };
  const submitted = (event) => {
    event.preventDefault();
    // Enter in a form field, or a browser that does not name the button, is not an answer.
    if (event.submitter?.name === "answer") answer(event.submitter.value, event.currentTarget);
    else {
      here.wrong = "Nothing was sent: use one of the buttons.";
      refresh();
    }
  };
  const off = here.busy ? "" : false;
  const confirmation = () => h("div", { key: "confirmation", class: "confirmation", role: "group", "aria-labelledby": `confirm-title-${token}`, onkeydown: (event) => { if (event.key === "Escape") disarm(); } },
    h("p", { id: `confirm-title-${token}`, class: "title", tabindex: "-1" }, `Approving ${stage} removes or replaces:`),
    h("ul", { class: "losses" }, loss.map(lost)),
    h("div", { class: "acts" },
      h("button", { class: "danger", id: `confirm-${token}`, name: "answer", value: "Confirmed", disabled: off }, `Confirm and approve ${stage}`),
      h("button", { type: "button", onclick: disarm, disabled: off }, "Back")));
  const buttons = () => h("div", { key: "answers", class: "acts" },
    h("button", { class: "main", id: `approve-${token}`, name: "answer", value: "Approved", disabled: off }, `Approve ${stage}${loss.length ? " …" : ""}`),
    h("button", { class: "no", name: "answer", value: "Rejected", disabled: off }, `Reject ${stage}`));
  return h("section", { key: token, class: "decision", "aria-label": `Approval of ${stage}` },
    h("div", {},
      h("h2", {}, `What changes in ${stage} if you approve`),
      h("p", { class: "dim" }, delivered ? `${first(delivered.message) || short(execution)} · ${short(delivered.commit)}` : short(execution), ` · waiting since ${clock(approval.since)}`),
      approval.data ? h("p", {}, approval.data) : "",
      approval.link.startsWith("https://") ? h("p", {}, h("a", { href: approval.link, rel: "noreferrer" }, approval.link)) : "",
      problem ? h("p", { class: "wrong" }, `The changes are unknown: ${problem}`) : [counts(all), h("div", { class: "panel" }, stacks(list, { open: true }))]),
    h("form", { onsubmit: submitted },
      h("label", { for: field }, "Comment"),
      h("textarea", { id: field, name: "comment", maxlength: "512", keep: "", "aria-describedby": `${field}-help`, "aria-invalid": here.wrong ? "true" : false }),
      h("p", { id: `${field}-help`, class: here.wrong ? "wrong" : "dim", role: here.wrong ? "alert" : false }, here.wrong || "Stored with the answer. Required for a rejection."),
      armed ? confirmation() : buttons()));
};
