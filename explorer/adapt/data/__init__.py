"""What training learns from: the prepared folder, written and read; batches of crops, and their augmentation."""
