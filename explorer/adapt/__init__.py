"""Training of the small model that is shipped with the project, in stages: ``explorer train-mini``.

In reading order: :mod:`~explorer.adapt.settings` (options), :mod:`~explorer.adapt.pipeline` (the stages),
:mod:`~explorer.adapt.heldout` (what no stage may see); :mod:`~explorer.adapt.data` (the prepared folder, captions,
published CLIP vectors, crops and augmentation); :mod:`~explorer.adapt.models` (the networks); and
:mod:`~explorer.adapt.training` (loop, losses, and a module per stage). Then :mod:`~explorer.adapt.weights` (what the
stages wrote), :mod:`~explorer.adapt.evaluation` (quick metrics) and :mod:`~explorer.adapt.export` (model folders).

The method: a network trained on ImageNet stays frozen up to the map that details are matched by; heads project its
pooled features and MiniLM's sentence vectors into the principal directions of CLIP's space, where published CLIP
vectors are the ground truth; its upper blocks are fine-tuned there, a small text tower learns the text head's vectors,
and a plain CLIP can be distilled from all this.
"""
