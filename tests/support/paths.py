"""The folders with files that tests read."""

from pathlib import Path

TESTS = Path(__file__).resolve().parent.parent
ROOT = TESTS.parent
SAMPLES = ROOT / "samples"
ARM_SAMPLES = TESTS / "support" / "arm_samples"
