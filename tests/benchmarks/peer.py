"""The peer to measure against: a pooled nodemailer sender, in `pooled.cjs`.

nodemailer is not ours to keep: npm installs it by name into `.benchmarks/node`, from wherever npm
takes its packages.
"""

import json
import subprocess
from pathlib import Path

from mjml import mjml2html

from tests.benchmarks.content import summary
from tests.benchmarks.sink import LONGEST_SECONDS, Sink, ToolMissing, program
from tests.faults.parts import ROOT

SCRIPT = Path(__file__).with_name("pooled.cjs")
INSTALLED = ROOT / ".benchmarks" / "node"
PACKAGES = {"nodemailer": "nodemailer@7", "handlebars": "handlebars@4"}
INSTALL_SECONDS = 120
# Which come to as many octets as ours have; templates that hold less than ours need longer texts.
ARTICLES, SENTENCES = 11, 18

_SUBJECT = "Nieuws voor u: {{articles.0.title}}"
_TEXT = """{{subject}}

{{#each articles}}
{{title}}
{{summary}}
https://example.org/{{slug}}

{{/each}}
Afmelden: {{link}}
"""
_MJML = """<mjml lang="nl" dir="ltr"><mj-head><mj-title>Nieuws</mj-title></mj-head><mj-body>
<mj-section><mj-column><mj-text><h1>{{magazine}}</h1></mj-text></mj-column></mj-section>
<mj-raw>{{#each articles}}</mj-raw><mj-section><mj-column><mj-text>
<h2><a href="https://example.org/{{slug}}">{{title}}</a></h2><p>{{summary}}</p></mj-text>
</mj-column></mj-section><mj-raw>{{/each}}</mj-raw>
<mj-section><mj-column><mj-text><a href="{{link}}">Afmelden</a></mj-text></mj-column>
</mj-section></mj-body></mjml>"""


def nodemailer() -> Path:
    """The folder in which it is installed. Raises ToolMissing."""
    node, npm = program("node", package="nodejs"), program("npm", package="npm")
    asks = "".join(f"require('{name}');" for name in PACKAGES)
    INSTALLED.mkdir(parents=True, exist_ok=True)
    asked = subprocess.run([node, "-e", asks], cwd=INSTALLED, capture_output=True, check=False)
    if asked.returncode:
        try:
            done = subprocess.run(
                [npm, "install", "--no-save", "--no-audit", "--no-fund", "--ignore-scripts",
                 "--prefix", str(INSTALLED), *PACKAGES.values()],
                capture_output=True, check=False, timeout=INSTALL_SECONDS,
            )
        except subprocess.TimeoutExpired as error:
            raise ToolMissing("npm install nodemailer handlebars took too long") from error
        if done.returncode:
            raise ToolMissing("npm could not install nodemailer and handlebars")
    return INSTALLED


def feed_pooled(
    sink: Sink, folder: Path, *, readers: int, connections: int, processes: int
) -> float:
    """Mails a second of so many processes together.

    Raises ToolMissing, and CalledProcessError when one of them fails.
    """
    installed, node = nodemailer(), program("node", package="nodejs")
    share = readers // processes
    running = []
    for number in range(processes):
        work = folder / f"pooled{number}.json"
        work.write_text(json.dumps({
            "port": sink.port, "connections": connections, "readers": share,
            "first": number * share + 1, **_content(),
        }), encoding="utf-8")
        running.append(subprocess.Popen([node, str(SCRIPT), str(installed), str(work)],
                                        stdout=subprocess.PIPE, text=True))
    told = []
    for process in running:
        said, _ = process.communicate(timeout=LONGEST_SECONDS)
        if process.returncode:
            raise subprocess.CalledProcessError(process.returncode, "pooled.cjs")
        told.append(json.loads(said))
    return share * processes / max(each["seconds"] for each in told)


def _content() -> dict[str, object]:
    return {
        "magazine": "In.Government", "subject": _SUBJECT, "text": _TEXT,
        "html": mjml2html(_MJML, fonts={}),
        "articles": [
            {"slug": f"meting-{number}", "title": f"Wat wij leerden van proef nummer {number}",
             "summary": summary(number, SENTENCES)}
            for number in range(1, ARTICLES + 1)
        ],
    }
