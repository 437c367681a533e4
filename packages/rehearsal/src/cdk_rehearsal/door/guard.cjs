// Loaded by every Node of a rehearsal that has no namespaces: what honors neither a proxy nor an endpoint variable, such
// as JavaScript SDK 2, is refused by name rather than let out.
'use strict';
const net = require('node:net');
const path = require('node:path');

const connect = net.Socket.prototype.connect;
const LOOPBACK = /^(127\.|::1$|::ffff:127\.|localhost$)/;

net.Socket.prototype.connect = function (...given) {
  const first = Array.isArray(given[0]) ? given[0][0] : given[0];
  const isPath = typeof first === 'string' && Number.isNaN(Number(first));
  const options = first !== null && typeof first === 'object' ? first : { host: typeof given[1] === 'string' ? given[1] : 'localhost' };
  const host = options.host || 'localhost';
  if (!isPath && !options.path && !LOOPBACK.test(host)) {
    const program = path.basename(process.argv[1] || 'node');
    const error = new Error(
      `${program}: connects to ${host} itself, with regard neither to HTTPS_PROXY nor to AWS_ENDPOINT_URL; ` +
        'update it (JavaScript SDK 3, aws-cdk 2.1006, cdk-assets 3), or rehearse where user namespaces are available'
    );
    error.code = 'REHEARSAL_REFUSED';
    process.nextTick(() => this.destroy(error));
    return this;
  }
  return connect.apply(this, given);
};
