// The peer to measure against: nodemailer with a pool of lasting connections, and templates that are
// compiled once. Reads what to send from a file of JSON: { port, connections, readers, first,
// articles, subject, html, text }; prints { seconds } of all mails, one line of JSON.
// Nothing is kept of who was served: no ledger, no claim, no retry, which is in its favour.

const { readFileSync } = require("node:fs");
const { createRequire } = require("node:module");

const [, , folder, file] = process.argv;
const installed = createRequire(`${folder}/`);
const nodemailer = installed("nodemailer");
const handlebars = installed("handlebars");

const work = JSON.parse(readFileSync(file, "utf8"));
const html = handlebars.compile(work.html);
const text = handlebars.compile(work.text, { noEscape: true });
const subject = handlebars.compile(work.subject, { noEscape: true });

const pool = nodemailer.createTransport({
  pool: true, host: "127.0.0.1", port: work.port, secure: false, ignoreTLS: true,
  maxConnections: work.connections, maxMessages: Infinity,
});

let next = work.first;
const end = work.first + work.readers;

// As nodemailer's own words advise: give the pool a mail whenever it has room for one.
async function serve() {
  while (next < end) {
    const number = next++;
    const words = { ...work, number, link: `https://example.org/afmelden/${number}-${"t".repeat(60)}` };
    await pool.sendMail({
      from: "In.Government <nieuwsbrief@ingovernment.example>",
      to: `u${number}@plain.example`,
      envelope: { from: `r+${number}@bounces.example`, to: `u${number}@plain.example` },
      subject: subject(words),
      html: html(words),
      text: text(words),
      headers: {
        "List-Unsubscribe": `<${words.link}>`,
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
      },
    });
  }
}

async function main() {
  const began = process.hrtime.bigint();
  await Promise.all(Array.from({ length: 2 * work.connections }, serve));
  const seconds = Number(process.hrtime.bigint() - began) / 1e9;
  pool.close();
  console.log(JSON.stringify({ seconds }));
}

main();
