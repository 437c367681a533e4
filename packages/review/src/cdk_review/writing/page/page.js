"use strict";

// What a search matches stays; a part without a match goes with its heading. Printing shows everything that is found.
const search = document.getElementById("search");
const count = document.getElementById("count");
const parts = [...document.querySelectorAll("section")];

function find() {
  const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
  let found = 0;
  for (const part of parts) {
    const title = part.querySelector("h2").textContent.toLowerCase();
    let shown = 0;
    for (const row of part.querySelectorAll(".row")) {
      const text = `${title} ${row.textContent.toLowerCase()}`;
      row.hidden = !words.every((word) => text.includes(word));
      shown += row.hidden ? 0 : 1;
    }
    part.hidden = words.length > 0 && shown === 0;
    found += shown;
  }
  count.textContent = words.length > 0 ? `${found} found` : "";
}

search.addEventListener("input", find);
addEventListener("beforeprint", () => {
  for (const fold of document.querySelectorAll("details")) fold.open = true;
});
