// Words of the page.

const WORDS = { InProgress: "in progress", NotReached: "not reached", Waiting: "waiting", Abandoned: "abandoned", Succeeded: "succeeded", Failed: "failed", Stopped: "stopped", Stopping: "stopping", Superseded: "superseded", Cancelled: "canceled" };
export const KINDS = { removed: "removed", replaced: "replaced", perhaps: "may be replaced", changed: "changed", added: "added" };

export const word = (status) => WORDS[status] ?? status;
export const short = (id) => id.slice(0, 8);
export const first = (text) => text.split("\n", 1)[0];

export const result = (action) => action.decision || word(action.status);

export const took = (seconds) => {
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  if (seconds < 60) return `${Math.round(seconds)} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`;
  return `${Math.floor(seconds / 3600)} h ${Math.floor((seconds % 3600) / 60)} min`;
};

export const clock = (time) => new Date(time * 1000).toLocaleString([], { dateStyle: "medium", timeStyle: "short" });
