// Loaded by every Node that NODE_OPTIONS tells to: records what is not loopback, and refuses it to all but npm.
const fs = require('node:fs');
const net = require('node:net');
const connect = net.Socket.prototype.connect;

net.Socket.prototype.connect = function (...given) {
  const options = Array.isArray(given[0]) ? given[0][0] : given[0];
  const host = (options && typeof options === 'object') ? (options.host || (options.path ? '127.0.0.1' : 'localhost')) : 'localhost';
  if (!/^(127\.|::1$|localhost$)/.test(host)) {
    const program = process.argv[1] || 'node';
    fs.appendFileSync(process.env.OUTBOUND_RECORD, JSON.stringify({ program, host }) + '\n');
    if (!program.endsWith('npm-cli.js') && !/\/npm$/.test(program)) {
      throw new Error(`${host} is not on this machine`);
    }
  }
  return connect.apply(this, given);
};
