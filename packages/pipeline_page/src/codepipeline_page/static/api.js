// Requests to the page's own server. An unchanged answer is not sent again.

const seen = new Map();

const problem = async (answer) => {
  try {
    return (await answer.json()).problem;
  } catch {
    return `The page's server answered ${answer.status}`;
  }
};

const send = async (path, options) => {
  let answer;
  try {
    answer = await fetch(`api/${path}`, { ...options, signal: AbortSignal.timeout(30_000) });
  } catch {
    throw new Error("The page's server does not answer; start it again and open the address that it prints");
  }
  return answer;
};

export const read = async (path) => {
  const known = seen.get(path);
  const answer = await send(path, { headers: known ? { "If-None-Match": known.tag } : {} });
  if (answer.status === 304) return known.value;
  if (!answer.ok) throw new Error(await problem(answer));
  const value = await answer.json();
  if (seen.size > 200) seen.clear();
  seen.set(path, { tag: answer.headers.get("ETag"), value });
  return value;
};

export const post = async (path, body) => {
  const answer = await send(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });
  if (!answer.ok) throw new Error(await problem(answer));
  return (await answer.json()).done;
};
