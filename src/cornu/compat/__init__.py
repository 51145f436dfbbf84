"""Every older spelling of Keras, as tables; nothing outside this folder knows one."""
