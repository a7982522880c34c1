SELECT id FROM birds WHERE name = 'canary-2'
