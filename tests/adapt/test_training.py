"""Losses, checkpoints, the training loop and the optimizer."""

import pytest
import torch
import torch.nn.functional as F
from torch import nn
from training import generator, unit

from explorer.adapt.precision import compute_dtype, orthogonalise
from explorer.adapt.training import run as training_run
from explorer.adapt.training.checkpoint import SHARD_BYTES, load_state, save_state
from explorer.adapt.training.distil import dense_loss
from explorer.adapt.training.losses import contrastive_loss, label_loss
from explorer.adapt.training.ridge import ridge
from explorer.adapt.training.run import StagePlan, TrainingRun, WeightAverage


def test_ridge_is_least_squares_when_the_penalty_is_small_and_respects_weights():
    gen = generator()
    x, truth = torch.randn(200, 12, generator=gen) + 3, torch.randn(5, 12, generator=gen)
    y = x @ truth.T + 7
    y[150:] = 1000  # rows of no weight
    weight = torch.ones(200)
    weight[150:] = 0
    found, bias = ridge(x, y, weight, 1e-9)
    assert torch.allclose(found, truth, atol=1e-3)
    assert torch.allclose(bias, torch.full((5,), 7.0), atol=1e-2)
    assert ridge(x, y, weight, 10.0)[0].norm() < truth.norm()


def test_contrastive_loss_is_low_for_pairs_high_for_others_and_ignores_equal_texts():
    vectors = torch.eye(8)
    sharp = torch.tensor(20.0).log()
    assert contrastive_loss(vectors, vectors, sharp) < 1e-3
    assert contrastive_loss(vectors, vectors.roll(1, 0), sharp) > 10
    twice = vectors[[0, 0, 1, 2]]
    assert contrastive_loss(twice, twice, sharp) < 1e-3  # with equal texts as negatives it would be half of log 2


def test_label_loss_is_zero_when_pictures_rank_labels_as_the_classifier_does():
    pictures, labels, sharp = unit(6, 16), unit(9, 16, seed=1), torch.tensor(10.0).log()
    likely = (pictures @ labels.T * 10).softmax(1)
    assert label_loss(pictures, labels, likely, sharp).abs() < 1e-5
    assert label_loss(pictures.roll(1, 0), labels, likely, sharp) > 0.05


def test_dense_loss_is_low_when_cells_rank_one_another_as_the_teacher_does():
    teacher = torch.randn(2, 120, 4, 4, generator=generator())
    teacher = teacher - teacher.mean((0, 2, 3), keepdim=True)
    cells = teacher.flatten(2).transpose(1, 2)
    right = dense_loss(cells, F.normalize(cells, dim=-1), teacher, generator())
    wrong = dense_loss(cells.roll(1, 1), cells.roll(1, 1), teacher, generator())
    assert right < 0.05 < wrong


def test_orthogonalised_matrices_have_singular_values_near_one():
    matrix = torch.randn(24, 60, generator=generator())
    for given in (matrix, matrix.T):
        values = torch.linalg.svdvals(orthogonalise(given, (3.4445, -4.775, 2.0315), 5, 1e-7))
        assert values.min() > 0.6 and values.max() < 1.3
    assert compute_dtype("cuda") is torch.bfloat16


def test_state_is_kept_in_small_shards_and_survives_a_kill_between_renames(tmp_path):
    tensors = {f"t{number}": torch.full((1_500_000,), float(number)) for number in range(5)}
    save_state(tmp_path / "state", tensors, {"step": 3})
    assert all(path.stat().st_size <= SHARD_BYTES + 65536 for path in (tmp_path / "state").iterdir())
    (tmp_path / "state").rename(tmp_path / "state.old")
    found, record = load_state(tmp_path / "state")
    assert record == {"step": 3}
    assert all(torch.equal(found[name], value) for name, value in tensors.items())


@pytest.mark.parametrize("kind", ["folder", "file"])
def test_what_a_killed_save_left_does_not_stop_the_next(tmp_path, kind):
    for name in ("state.new", "state.old"):
        if kind == "folder":
            (tmp_path / name).mkdir()
            (tmp_path / name / "state-000.safetensors").write_bytes(b"half")
        else:
            (tmp_path / name).write_bytes(b"half")
    for step in (1, 2):
        save_state(tmp_path / "state", {"t": torch.ones(2) * step}, {"step": step})
    tensors, record = load_state(tmp_path / "state")
    assert record == {"step": 2} and tensors["t"].tolist() == [2, 2]
    assert [path.name for path in tmp_path.iterdir()] == ["state"]


def test_a_killed_stage_resumes_with_its_weights_moments_and_average(tmp_path, monkeypatch):
    monkeypatch.setattr(training_run, "SAVE_EVERY", -1.0)
    exported = []
    plan = StagePlan(tmp_path / "stage", 1000.0, exported.append, batch=4)

    def begin():
        torch.manual_seed(0)
        model = nn.Linear(3, 1)
        optimizer, average = torch.optim.AdamW(model.parameters(), lr=0.1), WeightAverage(model)
        return model, optimizer, average, TrainingRun(plan, model, [optimizer], average)

    model, optimizer, average, run = begin()
    for step in run.steps():
        if step == 5:
            break  # killed in the sixth step, after the fifth was saved
        run.minimise(model(torch.ones(2, 3)).square().mean())
    again, its_optimizer, its_average, resumed = begin()
    assert resumed.step == 5 and next(iter(resumed.steps())) == 5
    for name, value in model.state_dict().items():
        assert torch.equal(value, again.state_dict()[name])
        assert torch.equal(average.values[name], its_average.values[name])
    assert its_average.count == 5 and len(exported) == 5
    moments = [kept.state_dict()["state"][0]["exp_avg"] for kept in (optimizer, its_optimizer)]
    assert torch.equal(*moments)


def test_the_weight_average_forgets_the_start():
    model = nn.Linear(1, 1, bias=False)
    average = WeightAverage(model)
    with torch.no_grad():
        model.weight.fill_(5.0)
    for _ in range(200):
        average.update()
    assert average.values["weight"].item() == pytest.approx(5.0, abs=0.05)
