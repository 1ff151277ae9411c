"""Backups of a life: made when status names one, as docs/BACKUP.md says, and brought back at its end."""
import shutil

from cellar import Failure

KEPT = 3  # "keep the last few, and remove older ones by hand"


class Backups:
    def __init__(self, cellar):
        self.cellar, self.made = cellar, []
        (cellar.work / "medium").mkdir()

    def make(self):
        answer = self.cellar.run("backup", "--to", "medium")["result"]
        if answer["kept_before"] != min(len(self.made), KEPT):
            raise Failure(f"a backup says that it stands beside {answer['kept_before']} others")
        self.made.append(answer["backup"])
        for older in self.made[:-KEPT][-1:]:
            shutil.rmtree(self.cellar.work / older)

    def make_due(self):
        if any(due["what"].startswith("backup of") for due in self.cellar.status().get("due", [])):
            self.make()

    def bring_back(self, judge):
        """The newest one is the cellar again, its exports too; the oldest knows that it is behind."""
        self.make()
        self.restore(self.made[-1], "restored", judge, behind=False)
        self.cellar.run("audit", cellar="restored")
        was, now_is = self.cellar.status(), self.cellar.status(cellar="restored")
        for what in ("authorities", "windows"):
            judge(was[what] == now_is[what], f"{what} of the restored cellar differ")
        judge(self.exports("cellar") == self.exports("restored"), "its exports differ")
        self.restore(self.made[-KEPT], "behind", judge, behind=True)
        self.cellar.run("export", cellar="behind", status=(4,))

    def restore(self, backup, to, judge, behind):
        newest = max((self.cellar.work / "cellar/exports").glob("*/manifest.json"),
                     key=lambda path: path.stat().st_mtime_ns)
        answer = self.cellar.run("restore", backup, "--to", to, "--seen", newest, cellar=None)
        judge(answer["result"]["behind"] == behind,
              f"{backup} is {'taken as new' if behind else 'said to be behind'}")

    def exports(self, cellar):
        self.cellar.run("export", "--as-of", f"@{self.cellar.now}", "--to", f"exports-of-{cellar}",
                        cellar=cellar)
        return self.cellar.tree(f"exports-of-{cellar}")
