class SlackApiError(Exception):
    def __init__(self, message, response):
        super().__init__(f"{message}\nThe server responded with: {response}")
        self.response = response
