"""The command line, `python -m core`: a contract that other people's scripts rely on.

With `--json` a command prints exactly one JSON document on stdout. Progress and messages go to
stderr. The exit code is 0, or not 0 with one line that says what to do.
"""

from __future__ import annotations

import argparse
import dataclasses
import io
import json
import logging
import math
import os
import sys
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any, NoReturn

from core.errors import ScriptoriumError, in_one_line
from core.text import images
from core.workspace import at_home, workspace, write_atomically

Answer = tuple[Any, str]
"""What a command says: the JSON document, and the same as text for people."""

_INTERRUPTED = 130  # what shells say of a command that Ctrl-C ended
_PIPELINE = "a pipeline: canonical, notebook, or one of your own, saved on the Prepare page"


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code."""
    # closed by whoever called; a file of ours would take its number
    unheard = sys.stdout is None
    if unheard:
        sys.stdout = Path(os.devnull).open("w")  # noqa: SIM115
    if sys.stderr is None:
        sys.stderr = Path(os.devnull).open("w")  # noqa: SIM115
    args = parser().parse_args(argv)
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr)
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # not every file's name is UTF-8
    code = 0
    try:
        document, text = args.run(args)
    except _Interrupted as ended:
        (document, text), code = ended.answer, _INTERRUPTED
    except _Partly as done:
        (document, text), code = done.answer, 1
        for problem in done.problems:
            _say(f"error: {problem}")
    except (ScriptoriumError, OSError) as error:
        _say(f"error: {in_one_line(error)}")
        return 1
    except KeyboardInterrupt:
        _say("stopped")
        return _INTERRUPTED
    _status("")
    if unheard:
        _say("error: the answer could not be written: stdout is closed")
        return code or 1
    try:
        # in ASCII: not every pipe is UTF-8
        print(json.dumps(document) if args.json else text, flush=True)
    except OSError as error:
        # Python writes what is left once more when it ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if isinstance(error, BrokenPipeError):  # whoever read it has heard enough
            return code
        _say(f"error: the answer could not be written: {error.strerror}")
        return 1
    return code


class _Interrupted(KeyboardInterrupt):
    """Ctrl-C, after which a command has something to answer all the same."""

    def __init__(self, answer: Answer) -> None:
        super().__init__()
        self.answer = answer


class _Partly(Exception):
    """A command could not do all that was asked for, and what it could is not lost."""

    def __init__(self, answer: Answer, problems: Sequence[str]) -> None:
        super().__init__()
        self.answer, self.problems = answer, problems


def _and_write(answer: Answer, *writes: Callable[[], object]) -> Answer:
    """Write what is asked for beside an answer, which is not lost where that can't be."""
    problems = []
    for write in writes:
        try:
            write()
        except (ScriptoriumError, OSError) as error:
            problems.append(in_one_line(error))
    if problems:
        raise _Partly(answer, problems)
    return answer


def _figure_at(path: Path | None, draw: Callable[[], str]) -> Callable[[], None]:
    """Return what draws a figure, where one is asked for."""

    def write() -> None:
        if path:
            write_atomically(path, draw())

    return write


class _Parser(argparse.ArgumentParser):
    """Says in one line what is wrong with a command, without the usage."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"error: {' '.join(message.splitlines())}; see {self.prog} --help\n")


def parser() -> argparse.ArgumentParser:
    """Return the parser of all commands; what it parsed has `run`, which does the work."""
    whole = _Parser(prog="python -m core", description="Data, models and runs of Scriptorium.")
    commands = whole.add_subparsers(required=True, metavar="COMMAND")
    _data_commands(commands)
    _training_commands(commands)
    _model_commands(commands)
    _study_commands(commands)
    return whole


def _path(text: str) -> Path:
    """Take a path as it was typed; an empty one, such as of an unset variable, is no folder."""
    if not text:
        raise argparse.ArgumentTypeError("a path is empty: name a file or a folder")
    return at_home(text)


def _data_set(text: str) -> Path:
    from core.text import as_text, is_text

    path = at_home(text)
    if path.suffix != ".parquet" or path.name.startswith("."):
        raise argparse.ArgumentTypeError(f"{text}: a data set is called NAME.parquet")
    if not is_text(text):  # nothing could read it
        raise argparse.ArgumentTypeError(f"{as_text(text)}: the name is not UTF-8; choose another")
    return path


def _figure(text: str) -> Path:
    path = at_home(text)
    # said before the work of minutes, not after it
    try:
        is_folder = path.is_dir()
        above = next(each for each in path.absolute().parents if each.exists())
    except OSError as error:
        raise argparse.ArgumentTypeError(in_one_line(error)) from error
    if is_folder:
        raise argparse.ArgumentTypeError(f"{text}: a folder; name the file to draw into")
    if path.suffix.lower() != ".svg":
        raise argparse.ArgumentTypeError(f"{text}: figures are SVG: name it FILE.svg")
    if not (above.is_dir() and os.access(above, os.W_OK)):
        raise argparse.ArgumentTypeError(f"{text}: {above} can't be written to; choose another")
    return path


def _host(text: str) -> str:
    if not text:  # of an unset variable; it would be every address there is
        raise argparse.ArgumentTypeError("a host is empty: name an address")
    return text


def _port(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 6 and int(text) < 65536):
        raise argparse.ArgumentTypeError(f"{text}: a port is 0 to 65535")
    return int(text)


def _command(commands: Any, name: str, run: Callable[[Any], Answer], help_text: str) -> Any:
    parser = commands.add_parser(name, help=help_text, description=help_text)
    parser.add_argument("--json", action="store_true", help="print one JSON document on stdout")
    parser.set_defaults(run=run)
    return parser


def _from(parser: argparse.ArgumentParser, help_text: str, *, required: bool = True) -> None:
    """Ask where images are; mentioned more than once, all of them count."""
    parser.add_argument(
        "--from",
        dest="paths",
        nargs="+",
        action="extend",
        required=required,
        metavar="PATH",
        help=help_text,
    )


def _model(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "model", help="which model: shipped, notebook, a run's id, or a folder that holds one"
    )


def _data_commands(commands: Any) -> None:
    data = commands.add_parser("data", help="find, download, build and export data sets")
    parts = data.add_subparsers(required=True, metavar="COMMAND")
    sources = _command(parts, "sources", _sources, "the six Kaggle sets, and what is here of them")
    sources.add_argument(
        "--in",
        dest="folders",
        nargs="+",
        action="extend",
        type=_path,
        default=[],
        metavar="FOLDER",
        help="look here, too",
    )
    fetch = _command(parts, "fetch", _fetch, "download sets from Kaggle")
    fetch.add_argument("source", nargs="*", help="names of sets or scripts; all where none")
    build = _command(parts, "build", _build, "make a data set from images")
    _from(build, "zips, folders, another data set, the notebook's CSV; or SOURCE=PATH")
    build.add_argument(
        "--out", type=_data_set, required=True, metavar="FILE.parquet", help="the data set to write"
    )
    build.add_argument("--pipeline", default="canonical", metavar="NAME", help=_PIPELINE)
    amount = build.add_mutually_exclusive_group()
    amount.add_argument(
        "--per-script", type=int, metavar="N", help="even over characters; all by default"
    )
    amount.add_argument(
        "--like-notebook",
        action="store_true",
        help="the notebook's own counts; in place of --per-script",
    )
    build.add_argument("--seed", type=int, default=0, help="of the choice, where not all is taken")
    build.add_argument(
        "--reversed-labels", action="store_true", help="mend the label order of the author's CSV"
    )
    sketch = _command(parts, "sketch", _sketch, "make a data set from the built-in sketchbook")
    sketch.add_argument(
        "--out", type=_data_set, required=True, metavar="FILE.parquet", help="the data set to write"
    )
    sketch.add_argument("--per-script", type=int, default=1000, metavar="N", help="images of each")
    sketch.add_argument("--seed", type=int, default=0, help="the same seed, the same images")
    sketch.add_argument("--pipeline", default="canonical", metavar="NAME", help=_PIPELINE)
    sketch.add_argument(
        "--noise", action="store_true", help="paper, light and device vary, too: for training"
    )
    giveaways = _command(
        parts, "giveaways", _giveaways, "how far scripts are told apart without their shape"
    )
    giveaways.add_argument("data", type=_path, metavar="FILE.parquet", help="a data set")
    giveaways.add_argument(
        "--pipeline", metavar="NAME", help="whose steps to measure after; the data set's own if not"
    )
    giveaways.add_argument("--figure", type=_figure, metavar="FILE.svg", help="draw it there")
    export = _command(parts, "export", _export, "write a data set as the notebook's CSV")
    export.add_argument("data", type=_path, metavar="FILE.parquet", help="a data set of 28x28 px")
    export.add_argument("--csv", type=_path, required=True, help="the file to write")


def _training_commands(commands: Any) -> None:
    from core.training.settings import FIELDS

    train = _command(commands, "train", _train, "train a model and wait for it")
    train.add_argument(
        "--recipe",
        choices=("script", "notebook"),
        help="make the shipped model anew, or the notebook's, which is asked beside it",
    )
    _from(train, "for --recipe", required=False)
    train.add_argument("--resume", metavar="RUN", help="go on with a run that ended early")
    for name, each in FIELDS.items():
        flag = f"--{name.replace('_', '-')}"
        given = {"help": each.metadata["help"], "default": argparse.SUPPRESS}
        if each.type == "bool":
            train.add_argument(flag, action="store_true", **given)
        else:
            kind = {"int": int, "int | None": int, "float": float, "Path": _path}
            train.add_argument(flag, type=kind.get(str(each.type), str), **given)
    _command(commands, "runs", _runs, "training runs, the newest first")
    stop = _command(commands, "stop", _stop, "stop a training run, keeping its weights")
    stop.add_argument("run_id", metavar="RUN", help="its id, as runs lists it")


def _model_commands(commands: Any) -> None:
    _command(commands, "models", _models, "the models that can be trained")
    evaluate = _command(commands, "evaluate", _evaluate, "ask a model about raw images")
    _model(evaluate)
    what = evaluate.add_mutually_exclusive_group(required=True)
    what.add_argument("--images", type=_path, metavar="PATH", help="images of one --script")
    what.add_argument(
        "--unseen", type=_path, metavar="FOLDER", help="zips or folders named SCRIPT-COLLECTION"
    )
    evaluate.add_argument("--script", metavar="NAME", help="what they are images of")
    evaluate.add_argument(
        "--record", action="store_true", help="write the --unseen figures into the model's card"
    )
    evaluate.add_argument(
        "--figure",
        type=_figure,
        metavar="FILE.svg",
        help="draw the --unseen figures there",
    )
    predict = _command(commands, "predict", _predict, "rank the scripts for image files")
    _model(predict)
    predict.add_argument("files", nargs="+", type=_path, metavar="FILE", help="pictures")
    serve = _command(commands, "serve", _serve, "answer other programs over HTTP")
    _model(serve)
    serve.add_argument(
        "--host",
        type=_host,
        default="127.0.0.1",
        help="0.0.0.0 for other machines; this one alone if not",
    )
    serve.add_argument("--port", type=_port, default=8600, metavar="N", help="0: any that is free")


def _study_commands(commands: Any) -> None:
    ablation = _command(commands, "ablation", _ablation, "what each part of the recipe buys")
    _from(ablation, "the Kaggle sets")
    ablation.add_argument(
        "--unseen",
        type=_path,
        required=True,
        metavar="FOLDER",
        help="zips or folders named SCRIPT-COLLECTION",
    )
    ablation.add_argument(
        "--out", type=_path, required=True, metavar="FOLDER", help="for results, figure and runs"
    )
    ablation.add_argument(
        "--images", type=int, default=400_000, metavar="N", help="that each model sees in training"
    )
    few = _command(commands, "few", _few, "what a pretrained body is worth where images are few")
    few.add_argument(
        "--counts",
        nargs="+",
        type=int,
        metavar="N",
        help="images of each class to learn from; 10 30 100 300 where none",
    )
    few.add_argument("--figure", type=_figure, metavar="FILE.svg", help="draw the figures there")
    bench = _command(commands, "bench", _bench, "the project's own benchmarks")
    bench.add_argument(
        "names",
        nargs="*",
        metavar="NAME",
        help="which: build, read, imaging, answer or pages; all where none",
    )


def _sources(args: Any) -> Answer:
    from core.data.sources import SOURCES, find_local

    for folder in args.folders:
        if not folder.is_dir():
            raise ScriptoriumError(f"{folder}: no such folder; check the path")
    found = find_local([workspace().downloads, *args.folders])
    document: list[dict[str, Any]] = [
        {
            "name": each.name,
            "script": each.script,
            "title": each.title,
            "url": each.url,
            "licence": each.licence,
            "images": each.images,
            "found": [str(path) for path in found[each.name]],
        }
        for each in SOURCES
    ]
    lines = [
        f"{each['name']:40} {each['script']:11} {each['images']:>7,} images  "
        + (", ".join(each["found"]) or each["url"])
        for each in document
    ]
    return document, "\n".join(lines)


def _fetch(args: Any) -> Answer:
    from core.data.fetch import fetch
    from core.data.sources import BY_NAME, SOURCES

    unknown = [each for each in args.source if each not in BY_NAME]
    if unknown:
        raise ScriptoriumError(
            f"no set called {unknown[0]!r}; there are {', '.join(each.name for each in SOURCES)}"
        )
    places = {}
    for each in [BY_NAME[name] for name in args.source] or SOURCES:
        _say(f"downloading {each.kaggle}")
        places[each.name] = str(fetch(each, workspace(), progress=_progress("bytes")))
    return places, "\n".join(f"{name}: {place}" for name, place in places.items())


def _build(args: Any) -> Answer:
    from core.data.build import build

    report = build(
        args.paths,
        args.out,
        pipeline=args.pipeline,
        per_script=args.per_script,
        like_notebook=args.like_notebook,
        reversed_labels=args.reversed_labels,
        seed=args.seed,
        progress=_progress("images"),
    )
    return _built(args.out, report)


def _sketch(args: Any) -> Answer:
    from core.data.sketchbook import sketch

    report = sketch(
        args.out,
        per_script=args.per_script,
        seed=args.seed,
        pipeline=args.pipeline,
        noise=args.noise,
        progress=_progress("images"),
    )
    return _built(args.out, report)


def _built(out: Path, report: Any) -> Answer:
    document = dataclasses.asdict(report)
    # a copy is one more kind of what was left out, to scripts that read it
    left_out = [*report.skipped, *document.pop("copies")]
    for path, reason in left_out:
        _say(f"skipped {path}: {reason}")
    document["skipped"] = [{"path": path, "reason": reason} for path, reason in left_out]
    counts = ", ".join(f"{name} {count:,}" for name, count in report.per_script.items())
    return document, (
        f"{out}: {images(report.images)} ({counts}), {len(left_out)} skipped, "
        f"{report.seconds:.1f} s, hash {report.hash[:12]}"
    )


def _export(args: Any) -> Answer:
    from core.data.notebook_csv import write_csv
    from core.data.store import Store

    rows = write_csv(Store.open(args.data), args.csv)
    return {"csv": str(args.csv), "rows": rows}, f"{args.csv}: {rows:,} rows"


def _giveaways(args: Any) -> Answer:
    from core.data.giveaways import find
    from core.data.store import Store
    from core.evaluation.figures import of_giveaways
    from core.imaging import find_pipeline

    store = Store.open(args.data)
    pipeline = find_pipeline(args.pipeline) if args.pipeline else store.pipeline
    found = find(store, pipeline, store.labels(["script"])["script"])
    for name, count in found.left_out.items():
        _say(f"left out {name}: {count} images are too few")
    bars = [(each.label, each.accuracy) for each in found.stages]
    document = {
        "images": found.images,
        "left_out": found.left_out,
        "chance": found.chance,
        "stages": [
            {"after": each.label, "accuracy": each.accuracy, "per_script": each.told.to_dict()}
            for each in found.stages
        ],
        "alone": {"came": found.came, "seen": found.seen},
    }
    lines = [f"{label:16} {accuracy:6.1%}" for label, accuracy in bars]
    answer = document, "\n".join([*lines, f"{'by chance':16} {found.chance:6.1%}"])
    return _and_write(answer, _figure_at(args.figure, lambda: of_giveaways(bars, found.chance)))


def _models(_: Any) -> Answer:
    from core.models.zoo import describe

    document = describe()
    lines = [f"{each['name']:10} {each['parameters']:>10,} parameters" for each in document]
    return document, "\n".join(lines)


def _train(args: Any) -> Answer:
    from core.training.runs import find_run, resume_run, start_run, wait_or_stop
    from core.training.settings import FIELDS, Settings

    given = {name: value for name, value in vars(args).items() if name in FIELDS}
    if args.recipe:
        from core.training.notebook_recipe import make_notebook
        from core.training.recipe import make_shipped

        if not args.paths:
            raise ScriptoriumError("the recipe learns from the Kaggle sets: name them with --from")
        if given or args.resume is not None:
            raise ScriptoriumError("the recipe brings its own settings: give --recipe and --from")
        make: Callable[..., dict[str, Any]] = make_shipped
        tested_on = "held-out writers"
        if args.recipe == "notebook":
            make, tested_on = make_notebook, "a random fifth of its own images"
        document = make(args.paths, workspace(), _progress("images"), _train_line)
        return document, f"{document['folder']}: accuracy {document['accuracy']:.2%} on {tested_on}"
    if args.paths:
        raise ScriptoriumError("--from goes with --recipe; a data set is made with data build")
    if args.resume is not None and given:
        raise ScriptoriumError("a resumed run keeps its settings: give --resume RUN alone")
    if args.resume is not None:
        run = resume_run(workspace(), find_run(workspace(), args.resume))
    elif "data" in given:
        run = start_run(workspace(), Settings(**given))
    else:
        raise ScriptoriumError("a run needs --data FILE.parquet: make one with data build")
    _tell(f"run {run.id}\n")
    try:
        run = wait_or_stop(run, _train_line)
    except KeyboardInterrupt:  # the second one may come while it stops
        run = find_run(workspace(), run.id)
        if run.active:
            _say(f"run {run.id} is {run.state} and will stop by itself: python -m core runs")
            raise
        document = _describe_run(run)
        raise _Interrupted((document, _run_line(document))) from None
    document = _describe_run(run)
    if run.state == "failed":
        raise ScriptoriumError(f"run {run.id} failed: {run.message}")
    return document, _run_line(document)


def _describe_run(run: Any) -> dict[str, Any]:
    return {
        "run": run.id,
        "state": run.state,
        "model": run.settings.model,
        "split": run.settings.split,
        "epoch": run.epoch,
        "accuracy": run.accuracy,
        # JSON has no NaN, which is what a run that diverged ends with
        "loss": run.loss if run.loss is None or math.isfinite(run.loss) else None,
        "parameters": run.parameters,
        "folder": str(run.folder),
        "created": run.created.isoformat(),
        "message": run.message,
    }


def _run_line(each: dict[str, Any]) -> str:
    accuracy = "" if each["accuracy"] is None else f"  accuracy {each['accuracy']:.2%}"
    return f"{each['run']:24} {each['model']:8} {each['state']:20} epoch {each['epoch']}{accuracy}"


def _train_line(run: Any) -> None:
    history = run.history()
    seen = history.iloc[-1] if len(history) else None
    facts = "" if seen is None else f" loss {seen['loss']:.4f} accuracy {seen['accuracy']:.4f}"
    _status(f"{run.state}, epoch {run.epoch} of {run.settings.total_epochs}{facts}")


def _runs(_: Any) -> Answer:
    from core.training.runs import list_runs

    document = [_describe_run(each) for each in list_runs(workspace())]
    return document, "\n".join(map(_run_line, document)) or "no runs yet"


def _stop(args: Any) -> Answer:
    from core.training.runs import find_run, stop_run, wait

    run = find_run(workspace(), args.run_id)
    stop_run(run)
    document = _describe_run(wait(run))
    return document, _run_line(document)


def _loaded(model: str) -> Any:
    """Load a model, without what LiteRT says of itself, from C++, on stderr."""
    from core.inference.predictor import Predictor

    try:
        kept = os.dup(2)
    except OSError:  # there is no stderr
        return Predictor.load(model)
    with Path(os.devnull).open("w", encoding="utf-8") as nowhere:
        os.dup2(nowhere.fileno(), 2)
        try:
            return Predictor.load(model)
        finally:
            os.dup2(kept, 2)
            os.close(kept)


def _evaluate(args: Any) -> Answer:
    from core.evaluation.raw import evaluate

    if (args.images is None) != (args.script is None):
        raise ScriptoriumError("--images and --script go together: what are they images of?")
    if not args.unseen and (args.record or args.figure):
        raise ScriptoriumError("--record and --figure are about --unseen: give a FOLDER there")
    predictor = _loaded(args.model)
    if args.unseen:
        return _evaluate_unseen(args, predictor)
    result = evaluate(predictor, args.images, args.script, progress=_progress("images"))
    for path, reason in result.skipped:
        _say(f"skipped {path}: {reason}")
    counts = ", ".join(f"{name} {count}" for name, count in result.predicted.items())
    said = f"accuracy {result.accuracy:.2%} of {images(result.n)}; taken for: {counts}"
    return result.to_json(), said


def _evaluate_unseen(args: Any, predictor: Any) -> Answer:
    from core.evaluation.card import record
    from core.evaluation.unseen import evaluate_unseen

    result = evaluate_unseen(predictor, args.unseen, _say)
    cards = [partial(record, args.model, result)] if args.record else []
    return _and_write(
        (result.to_json(), result.to_markdown()), *cards, _figure_at(args.figure, result.to_svg)
    )


def _predict(args: Any) -> Answer:
    from core.data.archive import whole_file
    from core.errors import ImageError
    from core.imaging import decode

    predictor = _loaded(args.model)
    document: list[dict[str, Any]] = []
    problems = []
    for path in args.files:
        try:
            answer = predictor.predict(decode(whole_file(path)))
        except ImageError as error:
            problems.append(f"{path}: {error}")
            continue
        except OSError as error:
            problems.append(in_one_line(error))
            continue
        document.append({"path": str(path), **answer.to_json()})
    text = "\n".join(f"{each['path']}: {_answered(each)}" for each in document)
    if document and problems:
        raise _Partly((document, text), problems)
    if problems:
        raise ImageError("; ".join(problems))
    return document, text


def _answered(answer: dict[str, Any]) -> str:
    if answer["blank"]:
        return "nothing written"
    closest = ", ".join(f"{name} {p:.1%}" for name, p in answer["ranked"][:3])
    if answer["read"]:
        closest += f"; read as {answer['read']}"
    return f"none of these; closest: {closest}" if answer["rejected"] else closest


def _serve(args: Any) -> Answer:
    from core.api import serve

    def ready(address: str) -> None:
        _say(f"{predictor.name} answers at {address}/predict; Ctrl-C ends it")

    predictor = _loaded(args.model)
    answered = serve(predictor, args.host, args.port, ready)
    return {"model": predictor.name, "answered": answered}, f"{answered:,} pictures answered"


def _ablation(args: Any) -> Answer:
    from core.training.ablation import ablate, to_markdown

    rows = ablate(args.paths, args.unseen, args.out, images=args.images, say=_say)
    return rows, to_markdown(rows)


def _few(args: Any) -> Answer:
    from core.evaluation.figures import of_few
    from core.training.few import COUNTS, few_images, to_markdown

    rows = few_images(args.counts or COUNTS, say=_say)
    return _and_write((rows, to_markdown(rows)), _figure_at(args.figure, lambda: of_few(rows)))


def _bench(args: Any) -> Answer:
    from core.evaluation.bench import run_benchmarks

    document = run_benchmarks(args.names, _say)
    return document, json.dumps(document, indent=1)


def _say(line: str) -> None:
    _status("")  # it stands where the last line of progress stood
    _tell(" ".join(line.splitlines()) + "\n")  # a file's name may hold an end of line


def _tell(text: str) -> None:
    try:
        print(text, end="", file=sys.stderr, flush=True)
    except OSError:  # whoever read it is gone
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stderr.fileno())


def _progress(what: str) -> Callable[[int, int], None]:
    """Return a progress callback that says at most twice a second how far it got."""
    said = 0.0

    def report(done: int, total: int) -> None:
        nonlocal said
        if done == total or time.monotonic() - said > 0.5:
            said = time.monotonic()
            _status(f"{done:,} of {total:,} {what}", end=done == total)

    return report


def _status(line: str, *, end: bool = False) -> None:
    """Show a line on a terminal, overwriting the last one; say nothing into a file or pipe."""
    if sys.stderr.isatty():
        _tell(f"\r{line}\033[K" + ("\n" if end else ""))
