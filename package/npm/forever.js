#!/usr/bin/env node
// Runs the binary that npm has brought for this platform. On Linux install.js puts the binary in this file's place, so that no Node
// starts first.
const { spawnSync } = require('child_process');
const { binary } = require('./install.js');

const path = binary();
if (!path) {
  console.error(`forever: there is no binary for ${process.platform} on ${process.arch}; npm brings it unless --omit=optional is given`);
  process.exit(1);
}
const { status, signal, error } = spawnSync(path, process.argv.slice(2), { stdio: 'inherit', argv0: 'forever' });
if (error) {
  console.error(`forever: cannot run ${path}: ${error.message}`);
  process.exit(1);
}
if (signal) process.kill(process.pid, signal);
process.exit(status);
