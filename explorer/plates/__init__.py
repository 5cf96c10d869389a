"""Details and their works as they are printed and sent to a colleague: pictures, captions, and one page of them."""
