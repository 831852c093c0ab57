// Finds the binary of this platform's own package, and puts it in the place of forever.js where a command may be a binary (not on
// Windows, where npm calls it by Node): that saves Node's start at each call.
const fs = require('fs');
const path = require('path');

function binary() {
  const name = process.platform === 'win32' ? 'forever.exe' : 'forever';
  try {
    return require.resolve(`forever-supervisor-${process.platform}-${process.arch}/bin/${name}`);
  } catch {
    return undefined;
  }
}
module.exports = { binary };

if (require.main === module && process.platform !== 'win32') {
  const found = binary();
  const place = path.join(__dirname, 'forever.js');
  const spare = `${place}.new`;
  if (found) {
    try {
      fs.copyFileSync(found, spare);
      fs.chmodSync(spare, 0o755);
      fs.renameSync(spare, place);
    } catch {
      // forever.js does the same, only later.
      fs.rmSync(spare, { force: true });
    }
  }
}
