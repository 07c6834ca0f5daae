// Reads a .ksy as JSON from standard input, writes what Kaitai's compiler makes of it for Python as JSON: {file: text}.
const compiler = require("kaitai-struct-compiler");

let text = "";
process.stdin.on("data", (piece) => (text += piece));
process.stdin.on("end", () => {
  compiler
    .compile("python", JSON.parse(text), null, false)
    .then((files) => process.stdout.write(JSON.stringify(files)))
    .catch((error) => {
      console.error(String(error));
      process.exit(1);
    });
});
