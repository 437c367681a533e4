// Answers one document a line with review/comparing/engine.cjs, which loads its schemas once for all of them.
"use strict";

const { answer } = require(process.argv[2]);

require("node:readline")
  .createInterface({ input: process.stdin })
  .on("line", (document) => process.stdout.write(`${answer(document)}\n`));
