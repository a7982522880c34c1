// Another preload, ahead of the agent's, which loads a library.
require('express');
