"""Train: set a run up, watch it learn, see what came of it."""

from core.training.runs import list_runs
from core.ui import train
from core.ui.builds import data_or_stop
from core.ui.page import TRAIN, begin_page
from core.workspace import workspace

begin_page(TRAIN)

here = workspace()
runs = list_runs(here)
# No st.stop() beside widgets: of those that are not drawn then, server and browser disagree.
if train.view(runs) == train.NEW:
    store = data_or_stop(here)
    chosen = train.choose(store)
    may_start = train.look_before(chosen, store, runs)
    settings = train.ask_more(chosen) if may_start else None
    if settings is not None:
        train.start(here, settings)
else:
    train.show_run(here, runs)
