import random

def ProcessBlock(pipe_data, block, request_state, input_data, tag=None, cwd=None, env=None, block_parent=None):
  "Simplest demo possible."
  data = {'random':random.randint(0, 100)}
  return data
