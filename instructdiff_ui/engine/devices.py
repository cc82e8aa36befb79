"""How many accelerators there are to share work out to."""

from __future__ import annotations

import torch


def cuda_devices() -> int:
    """The CUDA devices that this process sees; 0 without any."""
    return torch.cuda.device_count()
